/** What can be folded: a section, and a tree. */

// biome-ignore-all lint/a11y/useKeyWithClickEvents: the tree has the keys of its lines

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Icon, type IconName } from './icons';
import { UserText } from './text';

export interface DisclosureProps {
  title: ComponentChildren;
  /** Whether it is open at first. */
  open?: boolean;
  /** Drawn when it is open, and only then. */
  children: ComponentChildren;
  onToggle?: (open: boolean) => void;
}

/** A section that opens below its title. */
export function Disclosure({ title, open = false, children, onToggle }: DisclosureProps) {
  const [isOpen, setOpen] = useState(open);
  return (
    <section class="nbf-disclosure">
      <button
        type="button"
        class="nbf-disclosure-title"
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(!isOpen);
          onToggle?.(!isOpen);
        }}
      >
        <Icon name={isOpen ? 'down' : 'right'} />
        {title}
      </button>
      {isOpen && <div class="nbf-disclosure-body">{children}</div>}
    </section>
  );
}

export interface TreeNode {
  /** Told apart by it from all others in the tree. */
  id: string;
  name: string;
  /** What stands at the end of its line: a size. */
  note?: string;
  icon?: IconName;
  /** Undefined: a leaf. */
  children?: readonly TreeNode[];
}

export interface TreeProps {
  label: string;
  nodes: readonly TreeNode[];
  selected?: string | null;
  onSelect: (node: TreeNode) => void;
  /** Whether the top level's children are to be seen at first. */
  open?: boolean;
  /** Told when a branch is opened or closed: its children may have to be looked for. */
  onFold?: (node: TreeNode, open: boolean) => void;
}

/** A tree: arrows move and fold, Enter takes; a click on a branch folds it. */
export function Tree({ label, nodes, selected, onSelect, open = false, onFold }: TreeProps) {
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [focus, setFocus] = useState<string | null>(null);
  const isOpen = (node: TreeNode, depth: number) => folds.get(node.id) ?? (open && depth === 0);
  const lines: { node: TreeNode; depth: number; parent: number }[] = [];
  const add = (list: readonly TreeNode[], depth: number, parent: number) => {
    for (const node of list) {
      const at = lines.push({ node, depth, parent }) - 1;
      if (node.children && isOpen(node, depth)) add(node.children, depth + 1, at);
    }
  };
  add(nodes, 0, -1);
  const at = Math.max(
    lines.findIndex(line => line.node.id === (focus ?? selected)),
    0
  );
  const fold = (node: TreeNode, how: boolean) => {
    setFolds(new Map(folds).set(node.id, how));
    onFold?.(node, how);
  };
  const take = (node: TreeNode, depth: number) => {
    setFocus(node.id);
    if (node.children) fold(node, !isOpen(node, depth));
    else onSelect(node);
  };
  const key = (event: KeyboardEvent) => {
    const line = lines[at];
    if (!line) return;
    const shown = line.node.children !== undefined && isOpen(line.node, line.depth);
    let to = at;
    if (event.key === 'ArrowDown') to = at + 1;
    else if (event.key === 'ArrowUp') to = at - 1;
    else if (event.key === 'Home') to = 0;
    else if (event.key === 'End') to = lines.length - 1;
    else if (event.key === 'ArrowRight') {
      if (line.node.children && !shown) fold(line.node, true);
      else if (shown) to = at + 1;
    } else if (event.key === 'ArrowLeft') {
      if (shown) fold(line.node, false);
      else if (line.parent >= 0) to = line.parent;
    } else if (event.key === 'Enter' || event.key === ' ') take(line.node, line.depth);
    else return;
    event.preventDefault();
    event.stopPropagation();
    const next = lines[to];
    if (!next) return;
    setFocus(next.node.id);
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role="treeitem"]')[to]?.focus();
  };
  return (
    <div class="nbf-tree" role="tree" aria-label={label} onKeyDown={key}>
      {lines.map(({ node, depth }, i) => (
        <div
          key={node.id}
          role="treeitem"
          class="nbf-tree-line"
          aria-level={depth + 1}
          aria-expanded={node.children ? isOpen(node, depth) : undefined}
          aria-selected={node.id === selected}
          tabIndex={i === at ? 0 : -1}
          style={{ paddingInlineStart: `${depth * 14 + 4}px` }}
          onClick={() => take(node, depth)}
        >
          <span class="nbf-tree-fold">{node.children && <Icon name={isOpen(node, depth) ? 'down' : 'right'} />}</span>
          <Icon name={node.icon ?? (node.children ? 'folder' : 'file')} />
          <span class="nbf-tree-name">
            <UserText text={node.name} limit={80} />
          </span>
          {node.note && <span class="nbf-soft">{node.note}</span>}
        </div>
      ))}
    </div>
  );
}
