/** The page: what people see of flatwalk. Everything heavy is done by a worker. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openAdapter } from './session/adapter.ts';
import { keepForOffline } from './session/offline.ts';
import { followAddress } from './session/place.ts';
import { followTheme } from './session/theme.ts';
import { watchForUnforeseen } from './trouble/unforeseen.tsx';

watchForUnforeseen();
followTheme();
followAddress();
const place = document.getElementById('app');
if (!place) throw new Error("index.html has no element 'app'");
place.replaceChildren();
render(<App />, place);
// What a visitor waits for comes first.
void openAdapter().then(keepForOffline);
