import type { UpdateRule } from '../../../../sync/records.ts';

/** HubSpot's four update rules, as its settings name them. */
export const ruleWords: Record<UpdateRule, string> = {
  'salesforce-unless-blank': 'Prefer Salesforce unless blank', 'always-salesforce': 'Always use Salesforce', 'two-way': 'Two-way', none: "Don't sync",
};
export const rules = Object.keys(ruleWords) as UpdateRule[];
