import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** What the control of a field must carry, so that its label, its hint and its complaint are read with it. */
interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

interface FieldProps {
  readonly label: ComponentChildren;
  /** One line that says what it is and what range makes sense. */
  readonly hint?: ComponentChildren;
  readonly unit?: string;
  /** Why the value cannot stand. */
  readonly complaint?: string | null;
  /** The control: `(control) => <input {...control} type="number" />`. */
  readonly children: (control: FieldControl) => ComponentChildren;
}

/** A control with its name, and in words what it is for. */
export function Field({ label, hint, unit, complaint, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, complaint && `${id}-complaint`].filter(Boolean).join(' ');
  const control = children({
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': complaint ? true : undefined,
  });
  return (
    <div class={complaint ? 'field invalid' : 'field'}>
      <label for={id}>{label}</label>
      {unit ? (
        <div class="with-unit">
          {control}
          <span class="unit">{unit}</span>
        </div>
      ) : (
        control
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {complaint && (
        <p class="complaint" id={`${id}-complaint`}>
          {complaint}
        </p>
      )}
    </div>
  );
}
