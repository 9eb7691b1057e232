/** What can be done to a version: each by a few fields, done by the kernel's client, which may refuse it. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import type { IconName } from '../parts/icons';
import type { CardData } from './data';
import { Prose } from './table';

export type Act = (action: string, args: Record<string, string>) => Promise<void>;

/** What became of the last action. */
export type Said = { ok: boolean; text: string } | null;

interface ActionSpec {
  id: string;
  label: string;
  icon: IconName;
  /** What the button that does it says. */
  does: string;
  fields: readonly {
    name: string;
    label: string;
    long?: boolean;
    placeholder?: string;
    optional?: boolean;
    list?: readonly string[];
    value?: string;
  }[];
}

function actions(data: CardData): ActionSpec[] {
  const known = [
    ...new Set([
      ...data.policies.map(policy => policy.alias),
      ...(data.versions?.rows ?? []).flatMap(row => row.aliases)
    ])
  ];
  const list = known.filter(alias => !data.aliases.includes(alias));
  return [
    {
      id: 'set_alias',
      label: 'Alias',
      icon: 'pin',
      does: 'Set',
      fields: [{ name: 'alias', label: 'Alias', placeholder: 'champion', list }]
    },
    {
      id: 'set_tag',
      label: 'Tag',
      icon: 'tag',
      does: 'Set',
      fields: [
        { name: 'key', label: 'Tag', placeholder: 'name' },
        { name: 'value', label: 'Value', placeholder: 'value', optional: true }
      ]
    },
    {
      id: 'describe',
      label: 'Describe',
      icon: 'edit',
      does: 'Keep',
      fields: [{ name: 'text', label: 'Description', long: true, optional: true, value: data.about }]
    },
    {
      id: 'comment',
      label: 'Comment',
      icon: 'comment',
      does: 'Say it',
      fields: [{ name: 'text', label: 'Comment', long: true }]
    },
    {
      id: 'ask_approval',
      label: 'Ask approval',
      icon: 'send',
      does: 'Ask',
      fields: [
        { name: 'alias', label: 'For the alias', placeholder: 'alias', optional: true, list },
        { name: 'text', label: 'In words', placeholder: 'what they should know', optional: true }
      ]
    },
    {
      id: 'approve',
      label: 'Approve',
      icon: 'check',
      does: 'Approve',
      fields: [{ name: 'text', label: 'In words', placeholder: 'in words', optional: true }]
    },
    {
      id: 'reject',
      label: 'Reject',
      icon: 'close',
      does: 'Reject',
      fields: [{ name: 'text', label: 'In words', placeholder: 'in words', optional: true }]
    }
  ];
}

/** The bar of actions, the fields of the one that was chosen, and what became of it. */
export function Actions({
  data,
  act,
  said,
  busy,
  onClose
}: {
  data: CardData;
  act: Act;
  said: Said;
  busy: boolean;
  onClose: () => void;
}) {
  const [open, setOpen] = useState<string | null>(null);
  const all = actions(data);
  const spec = all.find(each => each.id === open);
  useEffect(() => {
    if (said?.ok) setOpen(null);
  }, [said]);
  return (
    <div class="nbf-card-actions">
      <div class="nbf-card-bar" role="toolbar" aria-label="Actions">
        {all.map(each => (
          <Button
            key={each.id}
            label={each.label}
            icon={each.icon}
            pressed={each.id === open}
            disabled={busy}
            onClick={() => {
              onClose();
              setOpen(each.id === open ? null : each.id);
            }}
          >
            {each.label}
          </Button>
        ))}
      </div>
      {spec && (
        <ActionForm
          key={spec.id}
          spec={spec}
          busy={busy}
          onDo={args => act(spec.id, args)}
          onCancel={() => setOpen(null)}
        />
      )}
      {said && (
        <div class={said.ok ? 'nbf-bar' : 'nbf-bar nbf-bar-error'} role={said.ok ? 'status' : 'alert'}>
          <Prose text={said.text} />
          <Button label="Close" icon="close" look="plain" onClick={onClose} />
        </div>
      )}
    </div>
  );
}

interface ActionFormProps {
  spec: ActionSpec;
  busy: boolean;
  onDo: (args: Record<string, string>) => void;
  onCancel: () => void;
}

function ActionForm({ spec, busy, onDo, onCancel }: ActionFormProps) {
  const [args, setArgs] = useState<Record<string, string>>(() =>
    Object.fromEntries(spec.fields.map(field => [field.name, field.value ?? '']))
  );
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  const ready = spec.fields.every(field => field.optional || args[field.name]?.trim());
  const done = () => ready && !busy && onDo(args);
  const set = (name: string) => (text: string) => setArgs({ ...args, [name]: text });
  return (
    <fieldset class="nbf-card-action" aria-label={spec.label}>
      {spec.fields.map((field, i) =>
        field.long ? (
          <textarea
            key={field.name}
            ref={area}
            class="nbf-form-box nbf-card-words"
            rows={3}
            aria-label={field.label}
            placeholder={field.placeholder}
            dir="auto"
            value={args[field.name]}
            onInput={event => set(field.name)(event.currentTarget.value)}
            onKeyDown={event => {
              event.stopPropagation();
              if (event.key === 'Escape') onCancel();
              else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) done();
            }}
          />
        ) : (
          <TextField
            key={field.name}
            label={field.label}
            placeholder={field.placeholder}
            value={args[field.name] ?? ''}
            list={field.list}
            focus={i === 0}
            onInput={set(field.name)}
            onEnter={done}
            onEscape={onCancel}
          />
        )
      )}
      <Button label={spec.does} look="main" disabled={!ready || busy} onClick={done}>
        {spec.does}
      </Button>
      <Button label="Cancel" onClick={onCancel}>
        Cancel
      </Button>
    </fieldset>
  );
}
