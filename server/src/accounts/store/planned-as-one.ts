/** More than a statement ever has jobs. */
const beyondJobs = 1_000_000;

/**
 * What stands behind "WHERE" over the jobs of a statement, whose places are `position`: it holds for all of them, and the
 * planner takes it for one in two hundred. So it counts on one job whatever the arrays hold: then the plan that is kept for
 * all executions costs no more than one made for these arrays (making one takes longer than the work of a few jobs), and is
 * the one that finds rows by their keys, whatever it knows of the tables' sizes.
 */
export function plannedAsOne(position: string): string {
  return `${position} BETWEEN 0 AND ${beyondJobs}`;
}
