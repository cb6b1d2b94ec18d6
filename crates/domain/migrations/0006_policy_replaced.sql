-- The policies in whose place a proposal was to come, whole and in clear: what it changed can be seen after the decision.
CREATE TABLE policy_replaced (
  proposal_id TEXT PRIMARY KEY REFERENCES policy_proposal (proposal_id),
  files TEXT NOT NULL,
  mac BYTES NOT NULL
);
