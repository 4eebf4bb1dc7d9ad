"""What screens and programs are shown: the views of the API and the rows of the live connection.

A file for each whom they are for, and `frames` for those of the live connection itself.

Instants are UTC, lengths are `*_seconds`, shares lie between 0 and 1 and are null where there is nothing to
share. The browser's types are generated from here (`scripts.write_browser_types`), so are OpenAPI and
AsyncAPI. Whoever reads these ignores fields and kinds it does not know.

| topic | its rows | who may see it |
|---|---|---|
| `desk` | `state`: `DeskView`; `record:CONTACT`: `RecordView` | the agent whose desk it is |
| `own_day` | `day`: `OwnDayView`; `contact:CONTACT`: `OwnContactView` | the agent whose day it is |
| `queues` | by queue: `QueueView` | everybody |
| `tiers` | by tier: `GroupView` | everybody |
| `centre` | `all`: `GroupView` of all contacts together | everybody |
| `agents` | by agent: `AgentView` | supervisors and readers |
| `contacts` | by contact: `ContactView` | supervisors and readers |
| `campaigns` | by campaign: `CampaignView` | supervisors, campaign managers and readers |
| `alerts` | by alert: `AlertView` | supervisors and readers |
| `events` | no rows: each `EventView` as it happens | supervisors and readers |
"""
