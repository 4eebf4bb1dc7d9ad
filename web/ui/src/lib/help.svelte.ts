/** Which helps of the keyboard are open: the map of keys and the command bar. */

class Help {
  showsKeys = $state(false);
  showsCommands = $state(false);
}

export const help = new Help();
