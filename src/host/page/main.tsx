/** The page: what people see of flatwalk. Everything heavy is done by a worker. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openAdapter } from './session/adapter.ts';
import { keepForOffline } from './session/offline.ts';
import { addressNotes, followAddress, tab } from './session/place.ts';
import { followTheme } from './session/theme.ts';
import { tabNames } from './tabs.tsx';
import { watchForUnforeseen } from './trouble/unforeseen.tsx';

watchForUnforeseen();
followTheme();
if (tab.value !== '' && !tabNames.some((name) => name === tab.value)) {
  addressNotes.value = [
    ...addressNotes.value,
    `The address asks for a tab that there is not; there are ${tabNames.join(', ')}.`,
  ];
  tab.value = '';
}
followAddress();
const place = document.getElementById('app');
if (!place) throw new Error("index.html has no element 'app'");
place.replaceChildren();
render(<App />, place);
// What a visitor waits for comes first.
void openAdapter().then(keepForOffline);
