import { Notice } from '../kit/notice.tsx';
import { absentFrom } from '../session/dropped.ts';
import { tab } from '../session/place.ts';
import { given } from '../session/settings.ts';

/** Settings may come with a link from somebody who had a file that is not here. */
export function AbsentFiles() {
  const absent = absentFrom(given.value);
  if (absent.length === 0) return null;
  return (
    <Notice kind="warn" title={`These settings were made with ${absent.join(' and ')}`} live>
      <p>
        A link names files and does not carry them: drop {absent.length === 1 ? 'that file' : 'those files'} to go on.
      </p>
      {tab.value !== 'data' && (
        <div class="buttons">
          <button
            type="button"
            onClick={() => {
              tab.value = 'data';
            }}
          >
            To your data
          </button>
        </div>
      )}
    </Notice>
  );
}
