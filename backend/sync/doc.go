// Package sync makes MSPs and clients of a product's customers, and is the only writer of those rows.
//
// # A run
//
// Every sync is a row of sync_run: queued → running → complete or failed. A connection has at most one that is
// queued or running (a unique index sees to that), so neither two clicks, nor two replicas, nor a command beside the
// schedule can sync it twice at once.
//
// Whoever works on a run holds a lease on it: a number that grows each time the run is taken up, and a heartbeat.
// Everything the worker writes is on condition that the lease is still its own.
//
//	           take                    apply
//	queued ───────────▶ running ─────────────────▶ complete
//	  ▲                  │   │ any fault, refusal
//	  └──────────────────┘   └───────────────────▶ failed
//	   handed back by Stop,
//	   or the heartbeat stopped
//
// The customers, their history, the counts and the run's own end are written in one transaction. So a process may die
// at any moment: either the run is complete, or nothing but its record was written and it is taken up again.
//
// # Jobs
//
// A job of the job engine only says "look at this run"; a job too many finds nothing to take and ends. One job,
// repeated on one replica, is the schedule: it queues what is due, puts dead runs back into the queue, and replaces lost
// jobs.
package sync
