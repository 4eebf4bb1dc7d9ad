/** The phone at which this supervisor hears agents; the browser remembers it, for it stands beside it. */

const STORED_AS = "goldline.supervisor_phone";

class Phone {
  extension = $state(localStorage.getItem(STORED_AS) ?? "");

  use(extension: string): void {
    this.extension = extension.trim();
    localStorage.setItem(STORED_AS, this.extension);
  }
}

export const phone = new Phone();
