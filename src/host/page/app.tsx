import { useEffect, useRef } from 'preact/hooks';
import { AdapterBadge } from './adapter-badge.tsx';
import { AbsentFiles } from './data/absent.tsx';
import { CopyButton } from './kit/copy-button.tsx';
import { Notice } from './kit/notice.tsx';
import { offline } from './session/offline.ts';
import { addressNotes, shareLink, tab } from './session/place.ts';
import { chooseTheme, chosenTheme } from './session/theme.ts';
import { type TabName, tabNames, tabs } from './tabs.tsx';
import { AdapterTrouble } from './trouble/adapter-trouble.tsx';
import { Boundary, UnforeseenPanel } from './trouble/unforeseen.tsx';

const current = (): TabName => tabNames.find((name) => name === tab.value) ?? tabNames[0];

export function App() {
  const shown = current();
  const { View } = tabs[shown];
  return (
    <>
      <a class="skip" href="#panel">
        To the contents
      </a>
      <header>
        <div class="masthead">
          <div class="brand">
            <h1>flatwalk</h1>
            <p>Label noise walks a network to the flattest solution, where all neurons agree.</p>
          </div>
          <div class="masthead-tools">
            <CopyButton text={shareLink}>Copy link</CopyButton>
            <ThemeChoice />
          </div>
        </div>
        <div class="adapter">
          <AdapterBadge />
        </div>
        <TabList shown={shown} />
      </header>
      <main>
        <AddressNotes />
        <AbsentFiles />
        <AdapterTrouble />
        <UnforeseenPanel />
        <div id="panel" role="tabpanel" aria-labelledby={`tab-${shown}`} tabIndex={-1}>
          <Boundary key={shown}>
            <View />
          </Boundary>
        </div>
      </main>
      <Foot />
    </>
  );
}

/** Tabs as the keyboard knows them: arrows choose, Home and End go to the ends. */
function TabList({ shown }: { readonly shown: TabName }) {
  const list = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    const selected = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    // Where tabs have no room, the one that is chosen is scrolled into sight.
    selected?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (moved.current) selected?.focus();
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
    <div class="tabs-bar">
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
    </div>
  );
}

function AddressNotes() {
  if (addressNotes.value.length === 0) return null;
  return (
    <Notice kind="warn" live>
      <ul id="address-notes">
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
    </Notice>
  );
}

function Foot() {
  const state = offline.value;
  return (
    <footer class="foot">
      <p>
        Nothing that you enter or drop here leaves this machine: the page asks no server but its own, and that for its
        own files alone.{' '}
        <span id="offline">
          {state.kind === 'ready' && 'It is kept by the browser and works without network.'}
          {state.kind === 'none' && `It is not kept for use without network: ${state.reason}.`}
        </span>
      </p>
    </footer>
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
