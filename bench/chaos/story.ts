import type { Story, Values } from '../soak/story.ts';
import type { Side } from '../soak/fields.ts';
import type { Role } from './plan-cast.ts';

/** All that is known of a run when it is over, as plain data. Nothing here or in the checks comes from `sync/`. */
export interface ChaosStory {
  /** Of the soak's people; its writes are everybody's. */
  soak: Story;
  cast: PersonaStory[];
  end: End;
  workflows: WorkflowFacts[];
  /** What is wrong with the connection or its feeds, in the product's words. */
  troubles: string[];
  /** Secrets that were found where they must not be. */
  leaks: Leak[];
  /** How a worker ended that nobody had ended. */
  deaths: string[];
  /** Whether all was well by itself in time. */
  cameToRest: boolean;
}

/** What both CRMs hold when all is over; nothing that is deleted. */
export interface End {
  contacts: EndContact[];
  records: EndRecord[];
}

export interface EndContact {
  id: string;
  email: string | null;
  values: Values;
}

export interface EndRecord {
  id: string;
  email: string | null;
  externalId: string | null;
  converted: boolean;
  values: Values;
}

/** Somebody with a role, and what was done with it. Of a merge, the ids of the one that is kept come first. */
export interface PersonaStory {
  role: Role;
  contacts: string[];
  /** Under which id HubSpot goes on after a merge. */
  survivor: string | null;
  records: string[];
  emails: string[];
  /** Whether a person put it into the segment after it had been created. */
  joined: boolean;
  /** The last edit by a person, of a two-way field, some time after all else. */
  lastEdit: { side: Side; jobtitle: string } | null;
  /** By field, what people ever wrote. */
  known: Record<string, string[]>;
  synced: boolean;
  statuses: (string | null)[];
  reasons: string[];
}

export interface WorkflowFacts {
  workflowId: string;
  runId: string;
  type: string;
  status: string;
  /** Why tasks of the run failed, save for what the server repeats by itself. */
  failedTasks: string[];
  /** Of the task that waits: 1 is none that was tried before. */
  taskAttempt: number;
  /** Of a run that is stuck, for whoever looks into it; `--story` keeps it. */
  history?: unknown;
  /** Activities that have failed and are tried again. */
  retrying: { activity: string; attempt: number; failure: string }[];
}

export interface Leak {
  where: string;
  secret: string;
}
