/** What Python says of a model: `nbflow/widgets/model_card_data.py`. */

import type { FieldSpec } from '../form/entries';

export interface Spec {
  name: string | null;
  type: string;
  required: boolean;
}

export interface Specs {
  what: 'column' | 'tensor';
  rows: readonly Spec[];
  n_rows: number;
}

export interface Entry {
  time: number;
  user: string;
  action: string;
  text: string;
  version: number | null;
}

export interface Approval {
  user: string;
  verdict: string;
  counts: boolean;
  time: number;
  text: string;
}

export interface VersionRow {
  version: number;
  aliases: readonly string[];
  stage: string | null;
  metrics: readonly { text: string; exact: string | null }[];
  time: number;
  user: string;
  run: string;
  current: boolean;
}

export interface Change {
  name: string;
  before: string | null;
  after: string | null;
  change: string;
  tone: 'good' | 'bad' | null;
}

export interface Differences {
  before: number;
  after: number;
  groups: readonly { title: string; rows: readonly Change[]; n_rows: number }[];
  unknown: readonly string[];
}

export interface Trial {
  fields: readonly FieldSpec[];
  params: readonly FieldSpec[];
  /** Why it cannot be tried; empty where it can. */
  reason: string;
}

export interface CardData {
  type: 'version' | 'model';
  uri: string;
  name: string;
  number: number | null;
  deleted: boolean;
  about: string;
  aliases: readonly string[];
  stage: string | null;
  facts: readonly { name: string; value: string; code: boolean }[];
  code: string;
  metrics: readonly { name: string; value: number | string | null; evaluated: number | string | null }[];
  tags: readonly (readonly [string, string])[];
  pairs: readonly { title: string; rows: readonly (readonly [string, string])[] }[];
  inputs: Specs | null;
  outputs: Specs | null;
  params: readonly { name: string; type: string; default: string }[];
  example:
    | { columns: readonly string[]; rows: readonly (readonly unknown[])[]; n_rows: number; n_columns: number }
    | { text: string }
    | null;
  environment: { python: string; requirements: readonly string[] } | null;
  charts: readonly { name: string; path: string; spec: object }[];
  trial: Trial;
  approvals: readonly Approval[];
  policies: readonly { alias: string; approvals: number; require: string }[];
  history: readonly Entry[];
  versions: { metrics: readonly string[]; rows: readonly VersionRow[]; n_rows: number } | null;
  differences: Differences | null;
  /** The tree of its files, as `readTree` reads it; null, or absent in older cards, where they are not known. */
  artifacts?: unknown;
  /** Whether the store knows it; absent in cards of older versions. */
  known?: boolean;
  reduced?: unknown;
}

export interface CardState {
  /** Which part is open. */
  tab?: string;
  /** The file that is shown. */
  artifact?: string | null;
}

const LISTS = [
  'aliases',
  'facts',
  'metrics',
  'tags',
  'pairs',
  'params',
  'charts',
  'approvals',
  'policies',
  'history'
] as const;

/** Tells whether data are a card's, of this version. */
export function isCard(data: unknown): data is CardData {
  const given = data as Partial<CardData> | null;
  if (typeof given !== 'object' || given === null || typeof given.uri !== 'string' || typeof given.name !== 'string')
    return false;
  return (
    LISTS.every(name => Array.isArray(given[name])) &&
    Array.isArray(given.trial?.fields) &&
    Array.isArray(given.trial?.params)
  );
}

/** Reads a number that may be one of those that JSON has no word for. */
export function measured(value: number | string | null): number | null {
  if (value === null || typeof value === 'number') return value;
  return value === 'NaN'
    ? Number.NaN
    : value === 'Infinity'
      ? Number.POSITIVE_INFINITY
      : value === '-Infinity'
        ? Number.NEGATIVE_INFINITY
        : null;
}
