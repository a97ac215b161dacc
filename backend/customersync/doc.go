// Package customersync makes MSPs and clients of a product's customers, and is the only writer of those rows.
//
// # A run
//
// Every sync is a row of sync_run. A connection has at most one that is queued or running (a unique index enforces it),
// so two clicks, two replicas, or a command and the schedule cannot sync it at the same time.
//
//	          lease                every call made          plausible
//	queued ─────────▶ running: read ──────────────▶ merge ───────────▶ complete, partial
//	  ▲ ▲              │  │  one call: chunks ─COPY─▶ sync_customer
//	  │ │              │  │  its end: state, counts    │
//	  │ │              │  │                            │ too many would go missing
//	  │ └──────────────┘  │ any error                  ▼
//	  │   postponed (a    │                       needs_review ──▶ discarded
//	  │   long wait, the  ▼                            │           (by an admin, or by a newer run)
//	  │   end of a time  failed                        │ accepted by an admin
//	  │   slice), released by Stop, or                 │
//	  │   without heartbeats                           │
//	  └────────────────────────────────────────────────┘
//
// A worker holds a lease on its run: a number that grows with each lease, and a heartbeat. Every write of the worker
// requires that its lease is still the current one. The customers of a call count once the call has ended, and the
// state of the reading is saved in the same transaction: a worker that takes the run over continues with the next call.
// The paths of the customers' JSON are saved apart, because they can be large: when the reading is done or postponed,
// and with a call that has a new path or a new type of one. So a run that is taken over from a process that was killed
// has every path; its field map may be of fewer customers than the run has read, and states of how many
// (TestRunSavesPaths, TestPaths). The merge, the history, the counts and the end of the run are one transaction.
//
// # Products
//
// A connector.Connector reads the customers of one product. It decides which of them are MSPs, and states the product's
// rate of calls, which the operator may replace (Config.Rates), and its types of ordinary clients. A product without
// types can be synced, too: then no client counts as other. TestTwoProducts.
//
// # The MSSP's own account
//
// A connection's customer id is that of the MSSP itself, which is no customer. The id of a known MSP or client is
// therefore refused, for a new connection and for a changed one, and the error names the customer: the figures of the
// next run would not show that a whole MSP had become the account. If such an id is stored all the same (the MSP is
// read while the connection is being changed, or an earlier version had stored the account as a customer), the run
// needs a review that shows the removal, however few customers it concerns. Refusing alone would not cover these cases,
// and a review alone would let an admin save an id that is certainly wrong. TestAccount (postgres).
//
// # Missing customers
//
// A known customer that a whole response lacks goes missing. The pages of a response are not read at the same moment:
// before the merge, each known customer that they lack (up to 20) is requested by its own id, and goes missing if that
// response lacks it too. If more than 20 are absent, they keep their state until the next run, and absent_since is set
// to the time when they were last read. The same applies to customers about whom no response can be read. The run
// counts the absent customers, those that were requested, those that still exist, and those left for the next run. If
// the product refuses these requests, it must still accept one about the account; otherwise the run fails. The total
// that the product states is compared before them. A reviewed run makes none, because the review was of what it had
// read. An id stays in the state until all calls about it have ended, so after the death of a process at most one
// customer is requested again. A server of an older version does not clear absent_since, so after a run of its own
// (merged_with) an absence counts as the first. Tests: TestAbsence (postgres), TestPagedRun, TestManyAbsent,
// TestAbsenceCheck.
//
// # Partial runs
//
// If resellers are requested one by one and some cannot be read, the run ends as partial and names them. Their clients
// keep status, MSP and age, and so do resellers that are known only under them. A client that the response about the
// MSSP lists without a parent may belong to one of them: a known client keeps its MSP, and a new one is left out if
// that response lists any reseller's client without a parent. All other customers are as after a complete run. The
// consequences:
//
//	data_as_of, last_complete of a connection  advance; users of an unread MSP see their own age instead
//	sync_stale, consecutive failures, mail     a partial run ends them, as a complete one
//	missing, then removed after ten runs       counts complete and partial runs; no customer under an unread MSP is removed,
//	                                           and once that MSP is read again, ten more runs must lack the customer
//	history after a change of the field map    stale_fields notes what was remapped while a customer was not read, so that
//	                                           its later change has the reason, too
//	plausibility check                         customers that keep their state count neither as missing nor as known
//	version, ETags                             change when an MSP becomes unread or is read again, not with each partial run
//	attention, mail                            sync_partial once per connection; one mail about a reseller until it is read
//	portal-api sync                            exits with 3; cmd/bench and the kill test accept complete runs only
//	discarded, needs_review                    a run in review keeps what it could not read, and ends as partial
//
// Tests: TestUnreadReseller, TestPartialRun, TestPartialAlert.
//
// # An older server beside a newer one
//
//	what an older one does not keep     what replaces it                             shown by
//	unknown figures of groups and days  triggers count them in rows without its mark TestCountsOfAnOlderServer (postgres)
//	absent_since, stale_fields          cleared after a run of its own               TestAbsence (postgres)
//	spans of clients                    the next merge of a newer one                the merge's tests (postgres)
//	the paths of a run it has begun     read from the run's state                    TestPaths (postgres)
//
// # Jobs
//
// A job of the job engine only names a run to work on; a job too many finds no run to lease and ends. The schedule is a
// periodic job on one replica: it queues the runs that are due, the longest overdue first, and mails alerts. Every
// replica looks for dead runs and lost jobs, because the replica with the schedule may be the one that died. No worker
// sleeps for long: a run that waits for its product is in the queue.
//
// # Failures
//
//	what                                   what happens                              shown by
//	a call is refused, breaks off or is    failed, with a code and a sentence; only  TestFault/leaves_data_unchanged
//	wrong                                  the run's row is written                  TestStaging/failed_call_leaves_no_rows
//	the product asks to wait               postponed; tries and pauses continue      TestPostponedRun/keeps_what_was_read
//	an admin tests the connection          counts against the rate; a short wait is  TestTrial/shares_rate_with_a_run
//	                                       waited, a longer one is an error          TestTrial/keeps_rate_across_processes
//	many runs wait, or one has many calls  the others are synced meanwhile           TestPostponedRun/leaves_its_worker_to_others
//	                                                                                 TestPostponedRun/returns_to_queue_after_time_slice
//	one MSSP's product is slow             four of its runs are at work in all       TestWorkers, TestPlaces
//	                                       processes together; half of the workers
//	                                       are for MSSPs without a run at work; one
//	                                       merge at a time in each process
//	a response comes byte by byte          failed: less than 4 KiB came in a minute  TestThroughput (heimdal)
//	an admin sets an internal address      refused, also if its name resolves to     TestBaseURL, TestPublicAddress
//	                                       one later; errors show no open port       TestPublicClient
//	a run would never end                  failed after a day                        TestRunNow/fails_after_a_day, TestRateAdvice
//	the process is killed, at any point    another takes over; one call is lost      TestKilledProcess (cmd/portal-api)
//	                                                                                 TestLease/takeover_repeats_interrupted_call
//	... between a job and its run          the same: another job is made             TestJob/server_recovers_dead_runs_and_lost_jobs
//	... while it keeps the schedule        the next period continues                 TestSchedule/continues_after_death_of_its_process
//	a run kills every worker               failed after three deaths without         TestJob/server_recovers_dead_runs_and_lost_jobs
//	                                       progress
//	a process only seemed dead             it cannot write any more                  TestLease/dead_run_does_not_block_the_next
//	the server stops                       its runs return to the queue at once      TestServerStop/returns_its_run_to_the_queue
//	the database loses the unlogged table  everything is read again                  the merge's tests (postgres)
//	too many customers would go missing    needs_review; one mail; first in          TestAlert/review_is_mailed_immediately_and_once
//	                                       attention                                 TestAttention/review_precedes_other_entries
//	the product's fields change            shown in the run, in attention until an   TestFieldMap (postgres)
//	                                       admin has looked, and in one mail
//	an admin changes the field map         everything is read again; the history     TestFieldMap/change_during_run_restarts_reading
//	                                       has the reason; a review if customers     TestRemap (postgres)
//	                                       can move
//	run after run fails                    attention with count and time; one mail   TestAttention/counts_failures_until_complete_run
//	                                       until one has worked                      TestAlert/failures_mail_each_admin_once
//	no run fails, but none is made         sync_stale                                TestAttention/connection_without_recent_run_is_stale
//	a mail is no longer true               it is not sent                            TestAlert/obsolete_alert_is_not_mailed
//	a watching viewer loses access         the stream ends                           TestWatch/ends_when_access_is_lost
package customersync
