/** Where the keyboard should be when something new is on the page. */

/** Give an element the keyboard as it appears: `{@attach focused}`. */
export function focused(element: HTMLElement): void {
  element.focus();
}
