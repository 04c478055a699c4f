import { useEffect, useRef } from 'preact/hooks';
import { addressNotes, tab } from './session/place.ts';
import { chooseTheme, chosenTheme } from './session/theme.ts';
import { type TabName, tabNames, tabs } from './tabs.tsx';

const current = (): TabName => tabNames.find((name) => name === tab.value) ?? tabNames[0];

export function App() {
  const shown = current();
  const { View } = tabs[shown];
  return (
    <>
      <header class="masthead">
        <div class="brand">
          <h1>flatwalk</h1>
          <p>Label noise walks a network to the flattest solution, where all neurons agree.</p>
        </div>
        <ThemeChoice />
      </header>
      <TabList shown={shown} />
      <main>
        <AddressNotes />
        <div id="panel" role="tabpanel" aria-labelledby={`tab-${shown}`}>
          <View />
        </div>
      </main>
    </>
  );
}

/** Tabs as the keyboard knows them: arrows choose, Home and End go to the ends. */
function TabList({ shown }: { readonly shown: TabName }) {
  const list = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (moved.current) list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    moved.current = false;
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabNames.indexOf(shown);
    const last = tabNames.length - 1;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    moved.current = true;
    tab.value = tabNames[(next + tabNames.length) % tabNames.length];
  };
  return (
    <div class="tabs" role="tablist" aria-label="Parts of the lab" ref={list} onKeyDown={onKeyDown}>
      {tabNames.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === shown}
          aria-controls="panel"
          tabIndex={name === shown ? 0 : -1}
          onClick={() => {
            tab.value = name;
          }}
        >
          {tabs[name].title}
          <small>{tabs[name].words}</small>
        </button>
      ))}
    </div>
  );
}

function AddressNotes() {
  if (addressNotes.value.length === 0) return null;
  return (
    <div class="notice" role="status">
      <ul>
        {addressNotes.value.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() => {
          addressNotes.value = [];
        }}
      >
        Understood
      </button>
    </div>
  );
}

function ThemeChoice() {
  const choices = { auto: null, light: 'light', dark: 'dark' } as const;
  return (
    <label class="theme">
      Theme
      <select
        value={chosenTheme.value ?? 'auto'}
        onChange={({ currentTarget }) => chooseTheme(choices[currentTarget.value as keyof typeof choices])}
      >
        <option value="auto">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}
