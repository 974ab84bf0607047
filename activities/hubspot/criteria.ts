import { z } from 'zod';

interface Branch {
  filters?: { property?: string | undefined }[] | undefined;
  filterBranches?: Branch[] | undefined;
}

const branchSchema: z.ZodType<Branch> = z.object({
  filters: z.array(z.object({ property: z.string().optional() })).optional(),
  get filterBranches() {
    return z.array(branchSchema).optional();
  },
});

/**
 * The properties that a segment's filters look at, each once and sorted. A change of one of them may move a contact in
 * or out of the segment, which is evaluated later than the change itself is seen.
 */
export function criteriaOf(filterBranch: unknown): string[] {
  const names = new Set<string>();
  const walk = ({ filters = [], filterBranches = [] }: Branch): void => {
    for (const { property } of filters) if (property) names.add(property);
    for (const branch of filterBranches) walk(branch);
  };
  const parsed = branchSchema.safeParse(filterBranch);
  if (parsed.success) walk(parsed.data);
  return [...names].sort();
}
