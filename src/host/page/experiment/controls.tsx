import { entry, type Key } from '../../config/table.ts';
import { Field } from '../kit/field.tsx';
import { type PresetName, presetNames, presetOf } from '../session/presets.ts';
import { changes, choosePreset, given, preset, tidy } from '../session/settings.ts';
import { type Section, sections } from './ranges.ts';
import { SettingField } from './setting-field.tsx';

/** Where there is no room beside the results, the settings would stand between them and the preset. */
const wide = matchMedia('(min-width: 64rem)').matches;

/** What decides the run: a preset, and every setting that has a part in it. */
export function Controls({ disabled }: { readonly disabled: boolean }) {
  const { words } = presetOf(preset.value);
  const isChanged = Object.keys(changes.value).length > 0;
  return (
    <form class="controls" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
      <Field label="Preset" hint={`${words}${isChanged ? ' Some settings are changed.' : ''}`}>
        {(control) => (
          <select
            {...control}
            name="preset"
            value={preset.value}
            disabled={disabled}
            onChange={({ currentTarget }) => choosePreset(currentTarget.value as PresetName)}
          >
            {presetNames.map((name) => (
              <option key={name} value={name}>
                {presetOf(name).title}
              </option>
            ))}
          </select>
        )}
      </Field>
      {isChanged && (
        <button type="button" class="quiet" disabled={disabled} onClick={() => choosePreset(preset.value)}>
          Back to the preset
        </button>
      )}
      <details class="all-settings" open={wide}>
        <summary>All settings</summary>
        {sections.map((section) => (
          <SectionFields key={section.title} section={section} disabled={disabled} />
        ))}
      </details>
    </form>
  );
}

function SectionFields({ section: { title, keys, more = [] }, disabled }: { section: Section; disabled: boolean }) {
  const further = more.filter(hasPart);
  return (
    <fieldset>
      <legend>{title}</legend>
      {keys.filter(hasPart).map((key) => (
        <SettingField key={key} name={key} disabled={disabled} />
      ))}
      {further.length > 0 && (
        <details>
          <summary>More about the {title.toLowerCase()}</summary>
          {further.map((key) => (
            <SettingField key={key} name={key} disabled={disabled} />
          ))}
        </details>
      )}
    </fieldset>
  );
}

/** Whether a setting would have a part in the run beside the others. */
function hasPart(key: Key): boolean {
  const fromFile = given.value.data !== undefined;
  if (key === 'generate') return !fromFile;
  const { needs } = entry(key);
  return !needs || key in tidy({ ...given.value, [key]: given.value[key] ?? entry(key).default ?? '' });
}
