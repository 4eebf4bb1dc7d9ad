// Written from web/views by `python -m scripts.write_browser_types`. Do not edit.

/** An instant in UTC, as RFC 3339 writes it. */
export type Instant = string;

/** The contacts of a tier, of a queue, or of a tier within a queue; counts are of today.
 *
 * `longest_since` is when the one arrived that waits longest; `service_levels` are by the name of their
 * definition (`metrics.service_level.ServiceLevelPolicy`).
 */
export interface GroupView {
  readonly name: string;
  readonly waiting: number;
  readonly longest_since: Instant | null;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly service_levels: Readonly<Record<string, number | null>>;
  readonly mean_wait_seconds: number | null;
  readonly abandoned_share: number | null;
}

/** A tier within a queue. A caller of it who asked now would be told `expected_wait_seconds`. */
export interface QueueTierView {
  readonly name: string;
  readonly waiting: number;
  readonly longest_since: Instant | null;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly service_levels: Readonly<Record<string, number | null>>;
  readonly mean_wait_seconds: number | null;
  readonly abandoned_share: number | null;
  readonly expected_wait_seconds: number | null;
}

/** A queue: its contacts, those of each tier, its agents, and what is promised.
 *
 * A caller nobody knows who asked now would be told `expected_wait_seconds`.
 */
export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly longest_since: Instant | null;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly service_levels: Readonly<Record<string, number | null>>;
  readonly mean_wait_seconds: number | null;
  readonly abandoned_share: number | null;
  readonly ready: number;
  readonly working: number;
  readonly threshold_seconds: number;
  readonly target_share: number;
  readonly expected_wait_seconds: number | null;
  readonly tiers: Readonly<Record<string, QueueTierView>>;
}

/** An agent as supervisors see one. `since` is when the state began, `desk` whether a screen is open.
 *
 * `asked_by` and `because` are as in `DeskView`. `supervisors` are those who hear the agent, and in which
 * mode; those of `no_longer` did or were about to, and it ended for that reason (`SupervisionEnded`).
 * `skills` has the levels as they are now; those of `set_levels` a supervisor has set, 0 for a skill taken
 * away, until `levels_until`, or until taken back where that is null.
 */
export interface AgentView {
  readonly agent_id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly since: Instant;
  readonly next_state: string | null;
  readonly asked_by: string;
  readonly because: string;
  readonly supervisors: Readonly<Record<string, string>>;
  readonly no_longer: Readonly<Record<string, string>>;
  readonly extension: string;
  readonly desk: boolean;
  readonly on_hold: boolean;
  readonly contact_id: string;
  readonly queue: string;
  readonly tier: string;
  readonly queues: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
  readonly set_levels: Readonly<Record<string, number>>;
  readonly levels_until: Instant | null;
  readonly handled: number;
  readonly talk_seconds: number;
  readonly hold_seconds: number;
  readonly wrap_up_seconds: number;
  readonly occupancy: number | null;
}

/** One of those a decision compared; `level` is the least of the asked skills. */
export interface CandidateView {
  readonly agent_id: string;
  readonly contact_id: string;
  readonly level: number;
}

/** Why a contact went to an agent, in short: `goldline why` tells all. */
export interface DecisionView {
  readonly at: Instant;
  readonly rule: string;
  readonly winner: CandidateView;
  readonly runner_up: CandidateView | null;
  readonly candidates: number;
  readonly waiting: number;
}

/** A contact in hand. `since` is when its state began, `arrived` when it came. */
export interface ContactView {
  readonly contact_id: string;
  readonly channel: string;
  readonly state: string;
  readonly since: Instant;
  readonly arrived: Instant;
  readonly queue: string;
  readonly tier: string;
  readonly number: string;
  readonly customer_id: string;
  readonly customer_name: string;
  readonly agent_id: string;
  readonly campaign: string;
  readonly why: DecisionView | null;
}

/** How a campaign stands with one cap on abandoned calls; `window` is the law's word for its span.
 *
 * In the long run the `share` stays below `upper`, which is nearly sure. Where a `drop_group` is named the
 * calls of all its campaigns count together.
 */
export interface CapView {
  readonly rule: string;
  readonly window: string;
  readonly drop_group: string;
  readonly answered: number;
  readonly abandoned: number;
  readonly share: number;
  readonly upper: number;
  readonly cap: number;
}

/** A campaign today, on its own clock: the attempts `dialed` since its midnight, of which some are `over`.
 *
 * Of those a person `answered` the `connected` and the `abandoned`, a machine the `machines`.
 *
 * `idle_because` says in words of a catalogue why it does not dial, where it does not, `forbidden_by` by
 * which rules of the law leads were turned away. Of the `leads` of all lists `leads_done` come up no more.
 * `set_at_work` names what is not as the configuration file has it, such as `lines_max` or `recycling.busy`.
 */
export interface CampaignView {
  readonly name: string;
  readonly state: string;
  readonly queue: string;
  readonly mode: string;
  readonly idle_because: readonly string[];
  readonly forbidden_by: readonly string[];
  readonly lines_max: number;
  readonly lines_per_agent: number;
  readonly share_max: number;
  readonly set_at_work: readonly string[];
  readonly in_flight: number;
  readonly dialed: number;
  readonly answered: number;
  readonly connected: number;
  readonly abandoned: number;
  readonly machines: number;
  readonly over: number;
  readonly caps: readonly CapView[];
  readonly leads: number;
  readonly leads_tried: number;
  readonly leads_done: number;
  readonly callbacks_due: number;
}

/** Something that should be looked at. `kind` is a word of a catalogue, `subject` what it is about. */
export interface AlertView {
  readonly kind: string;
  readonly subject: string;
  readonly since: Instant;
  readonly level: "warning" | "critical";
  readonly value: number | null;
  readonly limit: number | null;
}

/** Work besides the call: offered, or `in_hand`. */
export interface WorkView {
  readonly contact_id: string;
  readonly channel: string;
  readonly offer_id: string;
  readonly version: number;
  readonly in_hand: boolean;
}

/** Somebody else in the agent's conversation: who is asked for advice, or was brought in. */
export interface PartyView {
  readonly leg_id: string;
  readonly name: string;
  readonly state: string;
}

/** An agent's own desk. `legal` names the requests that would be granted now: nothing else can be clicked.
 *
 * `until` is when the state ends by itself. `asked_by` is the supervisor who asked for the state, or for the
 * next one where there is one, and `because` why. `parties` are those of the conversation besides the
 * customer; `undone` is the last request about it where the telephone system has not carried it out. Who
 * `owes_result` does not finish the wrap-up without one.
 */
export interface DeskView {
  readonly agent_id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly since: Instant;
  readonly until: Instant | null;
  readonly next_state: string | null;
  readonly asked_by: string;
  readonly because: string;
  readonly extension: string;
  readonly contact_id: string;
  readonly legal: readonly string[];
  readonly work: readonly WorkView[];
  readonly standing: string | null;
  readonly on_hold: boolean;
  readonly is_muted: boolean;
  readonly parties: readonly PartyView[];
  readonly owes_result: boolean;
  readonly undone: string;
}

/** A finished interaction, as short as an agent reads it while the phone rings. */
export interface InteractionView {
  readonly ended: Instant;
  readonly queue: string;
  readonly agent: string;
  readonly outcome: string;
  readonly disposition: string;
  readonly notes: string;
}

/** A customer's record; `balance_cents` is in hundredths of `currency`. */
export interface CustomerView {
  readonly customer_id: string;
  readonly name: string;
  readonly tier: string;
  readonly language: string;
  readonly account_number: string;
  readonly balance_cents: number | null;
  readonly currency: string;
  readonly notes: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly last_interactions: readonly InteractionView[];
}

/** An earlier attempt of a campaign at this lead. */
export interface PastAttemptView {
  readonly at: Instant;
  readonly outcome: string;
  readonly disposition: string;
}

/** What an agent sees of a lead; `script` has its fields filled in already. */
export interface LeadView {
  readonly campaign: string;
  readonly list_name: string;
  readonly external_id: string;
  readonly attempt: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly script: string;
  readonly past: readonly PastAttemptView[];
  readonly results: Readonly<Record<string, string>>;
}

/** The screen-pop: all an agent should know before saying hello. `url` opens a foreign CRM.
 *
 * Requests about the offer name `offer_id` and `version`. `dispositions` are what it may come to; where
 * one is required, a consultation about it needs none all the same. The agent who passed the customer on, or
 * asks about them, is `passed_by`.
 */
export interface RecordView {
  readonly contact_id: string;
  readonly offer_id: string;
  readonly version: number;
  readonly offered: Instant;
  readonly number: string;
  readonly channel: string;
  readonly tier: string;
  readonly queue: string;
  readonly language: string;
  readonly choices: readonly string[];
  readonly waited_seconds: number;
  readonly customer: CustomerView | null;
  readonly reference: string;
  readonly lead: LeadView | null;
  readonly dials_at: Instant | null;
  readonly url: string;
  readonly dispositions: Readonly<Record<string, string>>;
  readonly disposition_required: boolean;
  readonly passed_by: string;
}

/** An agent's own day so far; `missed` counts offers that came to nothing, `worked` work besides calls. */
export interface OwnDayView {
  readonly handled: number;
  readonly worked: number;
  readonly missed: number;
  readonly talk_seconds: number;
  readonly hold_seconds: number;
  readonly wrap_up_seconds: number;
  readonly ready_seconds: number;
  readonly not_ready_seconds: number;
  readonly occupancy: number | null;
}

/** A contact that the agent had. */
export interface OwnContactView {
  readonly contact_id: string;
  readonly ended: Instant;
  readonly channel: string;
  readonly number: string;
  readonly queue: string;
  readonly tier: string;
  readonly outcome: string;
  readonly disposition: string;
  readonly talk_seconds: number;
  readonly notes: string;
}

/** Who is signed in, and how they like the pages. `csrf_token` is what writes must show.
 *
 * `extension` is the phone last used at the desk; `keys` are the keys that the person changed, by action.
 */
export interface SignedInView {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly agent_id: string | null;
  readonly csrf_token: string;
  readonly language: string;
  readonly theme: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly extension: string;
}

/** How people can sign in: with a password here, or `elsewhere` (OpenID Connect). */
export interface WaysView {
  readonly password: boolean;
  readonly elsewhere: boolean;
}

/** A person as administrators see one; nobody sees a password. */
export interface PersonView {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly agent_id: string | null;
  readonly extension: string;
  readonly language: string;
  readonly disabled: boolean;
  readonly has_password: boolean;
}

/** A program's key: what it may, who made it, when it ends. Itself it is shown once (`MadeKeyView`). */
export interface KeyView {
  readonly key_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly made_by: string;
  readonly made: Instant;
  readonly ends: Instant | null;
}

/** A new key, with what the program has to show. */
export interface MadeKeyView {
  readonly key_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly made_by: string;
  readonly made: Instant;
  readonly ends: Instant | null;
  readonly key: string;
}

/** Who did what on whom; `outcome` is the status and, of what was refused, the code. */
export interface AuditView {
  readonly at: Instant;
  readonly who: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly why: string;
}

/** A queue and what is promised in it. */
export interface QueueTargetView {
  readonly name: string;
  readonly threshold_seconds: number;
  readonly target_share: number;
}

/** An agent by name. */
export interface AgentNameView {
  readonly agent_id: string;
  readonly name: string;
}

/** What a contact may come to; agents choose among those that they tell (`is_told`). */
export interface DispositionView {
  readonly label: string;
  readonly group: string;
  readonly is_told: boolean;
  readonly is_contact: boolean;
  readonly is_right_party: boolean;
  readonly is_sale: boolean;
  readonly is_dnc: boolean;
  readonly is_refusal: boolean;
  readonly is_callback: boolean;
}

/** A campaign, and what its agents may tell of their calls; `agents_dial` where they may call numbers. */
export interface CampaignNameView {
  readonly name: string;
  readonly queue: string;
  readonly mode: string;
  readonly agents_dial: boolean;
  readonly dispositions: Readonly<Record<string, string>>;
}

/** Whom a call may be passed on to. */
export interface TransferTargetView {
  readonly to: "agent" | "queue" | "number" | "flow";
  readonly target: string;
  readonly label: string;
}

/** How long agents' states may last; null is no limit. */
export interface LimitsView {
  readonly wrap_up_seconds: number | null;
  readonly not_ready_seconds: number | null;
  readonly talk_seconds: number | null;
  readonly critical_at: number;
}

/** The centre's fixed words; tiers have the highest first, `callback_by` is who may call back.
 *
 * Beyond `limits` an agent's state lasts too long, beyond `critical_at` times one far too long. In a
 * `crm_frame` desks show the page that a record's `url` names.
 */
export interface HouseView {
  readonly site: string;
  readonly region: string;
  readonly queues: Readonly<Record<string, QueueTargetView>>;
  readonly tiers: readonly string[];
  readonly agents: readonly AgentNameView[];
  readonly skills: readonly string[];
  readonly not_ready_reasons: readonly string[];
  readonly skip_reasons: readonly string[];
  readonly dispositions: Readonly<Record<string, DispositionView>>;
  readonly campaigns: readonly CampaignNameView[];
  readonly transfer_targets: readonly TransferTargetView[];
  readonly callback_by: readonly string[];
  readonly languages: readonly string[];
  readonly limits: LimitsView;
  readonly crm_frame: boolean;
}

/** A callback that was promised. It comes up at `due`, at once where that is null. */
export interface CallbackView {
  readonly contact_id: string;
  readonly number: string;
  readonly queue: string;
  readonly customer_id: string;
  readonly tier: string;
  readonly booked: Instant;
  readonly due: Instant | null;
  readonly agent_id: string;
  readonly attempts: number;
}

/** Work without a call; `reference` says what it is, or where it is found. */
export interface TaskView {
  readonly work_id: string;
  readonly contact_id: string;
  readonly channel: string;
  readonly queue: string;
  readonly customer_id: string;
  readonly tier: string;
  readonly reference: string;
  readonly added: Instant;
}

/** The contacts that came to queues in a span of time, by the same fold as the live figures. */
export interface FiguresView {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly blocked: number;
  readonly elsewhere: number;
  readonly service_levels: Readonly<Record<string, number | null>>;
  readonly abandoned_share: number | null;
  readonly mean_wait_seconds: number | null;
  readonly p95_wait_seconds: number | null;
  readonly mean_handle_seconds: number | null;
}

/** The same of one queue or one tier (`/reports/queues`, `/reports/tiers`). */
export interface GroupReportView {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly blocked: number;
  readonly elsewhere: number;
  readonly service_levels: Readonly<Record<string, number | null>>;
  readonly abandoned_share: number | null;
  readonly mean_wait_seconds: number | null;
  readonly p95_wait_seconds: number | null;
  readonly mean_handle_seconds: number | null;
  readonly name: string;
}

/** The same of one day of the centre's calendar (`/reports/days`). */
export interface DayReportView {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly blocked: number;
  readonly elsewhere: number;
  readonly service_levels: Readonly<Record<string, number | null>>;
  readonly abandoned_share: number | null;
  readonly mean_wait_seconds: number | null;
  readonly p95_wait_seconds: number | null;
  readonly mean_handle_seconds: number | null;
  readonly day: string;
}

/** The same of one interval of a day (`/reports/intervals`): contacts by when they came.
 *
 * `waiting_mean` and `waiting_max` are of the line in the interval, `ready` and `working` mean numbers of
 * agents; they are null where contacts of one tier are asked for.
 */
export interface IntervalReportView {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly blocked: number;
  readonly elsewhere: number;
  readonly service_levels: Readonly<Record<string, number | null>>;
  readonly abandoned_share: number | null;
  readonly mean_wait_seconds: number | null;
  readonly p95_wait_seconds: number | null;
  readonly mean_handle_seconds: number | null;
  readonly starts: Instant;
  readonly waiting_mean: number | null;
  readonly waiting_max: number | null;
  readonly ready: number | null;
  readonly working: number | null;
}

/** How an agent spent a span of time (`/reports/agents`).
 *
 * `worked` counts work besides calls, `missed` offers that came to nothing.
 */
export interface AgentReportView {
  readonly agent_id: string;
  readonly name: string;
  readonly handled: number;
  readonly worked: number;
  readonly missed: number;
  readonly talk_seconds: number;
  readonly hold_seconds: number;
  readonly wrap_up_seconds: number;
  readonly ready_seconds: number;
  readonly not_ready_seconds: number;
  readonly logged_in_seconds: number;
  readonly occupancy: number | null;
}

/** One finished interaction (`/reports/interactions`). */
export interface InteractionReportView {
  readonly contact_id: string;
  readonly arrived: Instant;
  readonly ended: Instant;
  readonly channel: string;
  readonly queue: string;
  readonly tier: string;
  readonly number: string;
  readonly customer_id: string;
  readonly agent_id: string;
  readonly outcome: string;
  readonly disposition: string;
  readonly waited_seconds: number;
  readonly talk_seconds: number;
  readonly hold_seconds: number;
  readonly wrap_up_seconds: number;
}

/** Why a contact went to whom it went, in lines for people, as `goldline why` tells it. */
export interface WhyView {
  readonly lines: readonly string[];
}

/** What follows a result: when and at which number the lead comes up again; see `docs/campaigns.md`.
 *
 * After `attempts_max` of the same in a row it is given up; `first` comes before all others. One that
 * `is_set_at_work` is not as the configuration file has it.
 */
export interface RecyclingView {
  readonly code: string;
  readonly label: string;
  readonly delay_seconds: number;
  readonly spread_seconds: number;
  readonly attempts_max: number;
  readonly number: string;
  readonly other_day_part: boolean;
  readonly first: boolean;
  readonly is_set_at_work: boolean;
}

/** A campaign with its rules as they hold at this moment: `laws` are its packs by name.
 *
 * A lead is dialed `attempts_max` times, and `attempts_a_day_max` times in a day of its own clock.
 */
export interface CampaignCardView {
  readonly name: string;
  readonly state: string;
  readonly queue: string;
  readonly mode: string;
  readonly idle_because: readonly string[];
  readonly forbidden_by: readonly string[];
  readonly lines_max: number;
  readonly lines_per_agent: number;
  readonly share_max: number;
  readonly set_at_work: readonly string[];
  readonly in_flight: number;
  readonly dialed: number;
  readonly answered: number;
  readonly connected: number;
  readonly abandoned: number;
  readonly machines: number;
  readonly over: number;
  readonly caps: readonly CapView[];
  readonly leads: number;
  readonly leads_tried: number;
  readonly leads_done: number;
  readonly callbacks_due: number;
  readonly modes: readonly string[];
  readonly laws: readonly string[];
  readonly country: string;
  readonly zone: string;
  readonly has_schedule: boolean;
  readonly attempts_max: number;
  readonly attempts_a_day_max: number;
  readonly recycling: readonly RecyclingView[];
}

/** A list of a campaign and how far it has been worked; `is_complete` says that it was loaded whole.
 *
 * Lists of smaller `position` come first, those of one position mixed in proportion to their `weight`.
 * Nobody is dialed of one that is not `is_active`, but for its promised calls where it `keeps_promises`.
 */
export interface ListView {
  readonly name: string;
  readonly position: number;
  readonly weight: number;
  readonly is_active: boolean;
  readonly keeps_promises: boolean;
  readonly is_complete: boolean;
  readonly leads: number;
  readonly tried: number;
  readonly done: number;
  readonly callbacks: number;
  readonly attempts: number;
  readonly penetration: number | null;
}

/** The figures of one group of attempts. `value` is what sales and conversions brought. */
export interface ResultView {
  readonly group: string;
  readonly people: number;
  readonly attempts: number;
  readonly answered: number;
  readonly machines: number;
  readonly connected: number;
  readonly abandoned: number;
  readonly contacts: number;
  readonly right_parties: number;
  readonly sales: number;
  readonly refusals: number;
  readonly callbacks: number;
  readonly conversions: number;
  readonly value: number;
  readonly answer_rate: number | null;
  readonly abandoned_share: number | null;
  readonly contact_rate: number | null;
  readonly right_party_rate: number | null;
  readonly conversion: number | null;
  readonly sales_per_person: number | null;
  readonly mean_talk_seconds: number | null;
}

/** How many attempts came to one result; `label` is empty for one that is configured no more. */
export interface DispositionCountView {
  readonly code: string;
  readonly label: string;
  readonly group: string;
  readonly attempts: number;
}

/** How the share of buyers in an arm stands beside that of another: with its 95 % interval.
 *
 * `p_value` is how often chance alone would part them so far; `enough` says whether that can be told.
 */
export interface ArmView {
  readonly arm: string;
  readonly beside: string;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly z: number;
  readonly p_value: number;
  readonly enough: boolean;
}

/** What a campaign came to, `by` whatever was asked; `dispositions` have the commonest first. */
export interface ResultsView {
  readonly campaign: string;
  readonly by: string;
  readonly whole: ResultView;
  readonly groups: readonly ResultView[];
  readonly dispositions: readonly DispositionCountView[];
  readonly arms: readonly ArmView[];
}

/** A call that an agent promised; `owner` alone makes it, anyone where that is empty.
 *
 * One that `is_held` is not made: its list is switched off, and does not keep its promises.
 */
export interface PromisedCallView {
  readonly lead_id: string;
  readonly list_name: string;
  readonly external_id: string;
  readonly name: string;
  readonly number: string;
  readonly due: Instant;
  readonly owner: string;
  readonly is_held: boolean;
}

/** A lead that comes up soon. */
export interface LeadAheadView {
  readonly nth: number;
  readonly lead_id: string;
  readonly list_name: string;
  readonly external_id: string;
  readonly name: string;
  readonly tier: string;
  readonly number: string;
  readonly country: string;
  readonly zones: readonly string[];
  readonly attempts: number;
  readonly rank: number;
  readonly is_callback: boolean;
}

/** A success that another system told of an attempt; `value` is in whole units of the house's currency. */
export interface ConversionView {
  readonly attempt_id: string;
  readonly reference: string;
  readonly at: Instant;
  readonly value: number;
}

/** A number or an area that may not be called; an empty `campaign` is the whole house.
 *
 * Of a register we have a copy: it is renewed as a whole, and nothing is taken off it.
 */
export interface ListedNumberView {
  readonly number: string;
  readonly campaign: string;
  readonly register_name: string;
  readonly reason: string;
  readonly since: Instant;
}

/** A line of a list: what was found in which of its columns, and what is allowed there. */
export interface ExampleView {
  readonly line: number;
  readonly why: string;
  readonly column: string;
  readonly value: string;
  readonly allowed: string;
}

/** An import of a list. `verdicts`, `faults` and `remarks` count lines; `read` of `size` bytes or rows.
 *
 * States, verdicts, faults and remarks are words of `core.model.list_import`. `problem` says why it failed.
 */
export interface ImportView {
  readonly import_id: string;
  readonly state: string;
  readonly campaign: string;
  readonly list_name: string;
  readonly filename: string;
  readonly by: string;
  readonly created: Instant;
  readonly changed: Instant;
  readonly size_bytes: number;
  readonly country: string;
  readonly encoding: string;
  readonly position: number;
  readonly weight: number;
  readonly duplicates: string;
  readonly keeps_listed: boolean;
  readonly read: number;
  readonly size: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly remarks: Readonly<Record<string, number>>;
  readonly examples: readonly ExampleView[];
  readonly problem: string;
  readonly has_rejects: boolean;
}

/** A column of a file: what it holds as it is `mapped` now (nothing: left out), and its first cells. */
export interface ColumnView {
  readonly name: string;
  readonly suggested: string;
  readonly mapped: string;
  readonly samples: readonly string[];
}

/** The columns of a file, and what columns may hold besides a field of their own name. */
export interface ColumnsView {
  readonly columns: readonly ColumnView[];
  readonly meanings: readonly string[];
}

/** A mapping that a campaign keeps: what columns hold, by their names; nothing for one left out. */
export interface MappingView {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** Something that happened to a contact or an agent, by the catalogue of `web.live.happenings`. */
export interface EventView {
  readonly type: string;
  readonly at: Instant;
  readonly contact_id: string;
  readonly agent_id: string;
  readonly queue: string;
  readonly tier: string;
  readonly campaign: string;
  readonly channel: string;
  readonly outcome: string;
  readonly reason: string;
  readonly disposition: string;
  readonly waited_seconds: number | null;
  readonly talked_seconds: number | null;
}

/** Who is connected. */
export interface CallerView {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly agent_id: string | null;
}

/** What a client asks: topics to follow, from the numbers on that it has by `since`, or no more.
 *
 * `screen` is the name of a browser tab, so that it finds its own desk again; `take_over` shows the desk
 * here although another screen shows it. `seen` is the offer whose record is before the agent's eyes: then
 * the phone rings.
 */
export interface WishFrame {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly since: Readonly<Record<string, number>>;
  readonly screen: string;
  readonly take_over: boolean;
  readonly seen: string;
}

/** The first frame: clocks of pages run by `server_time`. */
export interface WelcomeFrame {
  readonly kind: "welcome";
  readonly server_time: Instant;
  readonly caller: CallerView;
}

/** What time it is, every two seconds, and that the connection lives. */
export interface BeatFrame {
  readonly kind: "beat";
  readonly server_time: Instant;
}

/** All rows of a topic; what was known of it before is void. `seq` is the number of the last change. */
export interface SnapshotFrame {
  readonly kind: "snapshot";
  readonly topic: string;
  readonly seq: number;
  readonly rows: Readonly<Record<string, unknown>>;
}

/** Rows that are others by now or new (`set`), and those that are `gone`; numbers have no gaps. */
export interface DeltaFrame {
  readonly kind: "delta";
  readonly topic: string;
  readonly seq: number;
  readonly set: Readonly<Record<string, unknown>>;
  readonly gone: readonly string[];
}

/** Something that happened, of the topic `events`. */
export interface EventFrame {
  readonly kind: "event";
  readonly topic: string;
  readonly seq: number;
  readonly event: EventView;
}

/** Another screen shows the agent's desk since then; this one is shown nothing before `take_over`. */
export interface HeldElsewhereFrame {
  readonly kind: "held_elsewhere";
  readonly since: Instant;
}

/** A wish, or the part of it named by `what`, was not granted. */
export interface RefusedFrame {
  readonly kind: "refused";
  readonly code: "unreadable" | "unknown_topic" | "role_missing";
  readonly what: string;
}
