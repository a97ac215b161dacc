// Package customersync makes MSPs and clients of a product's customers, and is the only writer of those rows.
//
// # A run
//
// Every sync is a row of sync_run. A connection has at most one that is queued or running (a unique index sees to that),
// so neither two clicks, nor two replicas, nor a command beside the schedule can sync it twice at once.
//
//	          take                 every call made          believed
//	queued ─────────▶ running: read ──────────────▶ merge ───────────▶ complete, partial
//	  ▲ ▲              │  │  one call: chunks ─COPY─▶ sync_customer
//	  │ │              │  │  its end: state, counts    │
//	  │ │              │  │                            │ too many would vanish
//	  │ └──────────────┘  │ any fault, refusal         ▼
//	  │   put off (a long │                       needs_review ──▶ discarded
//	  │   wait, a slice   ▼                            │           (by an admin, or a newer run)
//	  │   that is over),  failed                       │ accepted by an admin
//	  │   handed back by Stop, or the heart stopped    │
//	  └────────────────────────────────────────────────┘
//
// Whoever works on a run holds a lease on it: a number that grows each time the run is taken up, and a heartbeat.
// Everything the worker writes is on condition that the lease is still its own. What a call brings counts once the call
// has ended, and where the reading stands is saved in the same transaction: who takes the run up makes the next call,
// not the first. What the paths of the customers' JSON look like is apart from that, since it can be large: it is saved when
// the reading is done or put off, and with a call that brings a path or a type that was not there. So a run that is taken
// over from a process that was killed knows every path; its field map may be of fewer customers than the run has read, and
// says of how many (TestRunSavesPaths, TestPaths). The merge, the history, the counts and the run's own end are one transaction.
//
// # The MSSP's own account
//
// A connection's customer id is that of the MSSP itself, which is no customer. The id of a known MSP or client is
// therefore refused, for a new connection and for a changed one, and the error names the customer: nobody could see from
// the next run's figures that a whole MSP had been taken for the account. Where such an id comes about in another way (the
// MSP is read while the connection is being changed, or an earlier version had stored the account as a customer), the run
// waits for a review that shows the removal, however few customers it is about. Refusing alone would not cover these,
// and a review alone would let an admin save an id that is surely wrong. TestAccount (postgres).
//
// # Missing customers
//
// A customer that one call would have brought, and that a whole answer lacks, goes missing. A paged answer is not read at
// one moment: a known customer that it lacks (up to 20) is asked about by its own id before the merge, and goes missing
// if that answer lacks it too. Where it lacks more, the next run decides: they keep their state, and absent_since notes
// when they were last read. So do customers about whom no answer can be read. The run says how many were absent, how many
// of them were asked about, how many came, and how many are left for the next run. Where the product refuses to answer
// about them, it must still answer about the account; otherwise the run fails. The total that the product states is
// compared before those calls. A reviewed run makes none: the review was for what it had read. An id that several calls
// were made about stays in the state until the last has ended, so a run whose process was killed asks again about one
// customer at most. A server of an older version reads customers without clearing absent_since, so after a run of its own
// (merged_with) an absence counts as the first. Tests: TestAbsence (postgres), TestPagedRun, TestPagedRunGivesUpSecondLooks, TestPagedRunWithManyAbsent,
// TestPagedRunResumesAnInterruptedCheck, TestChecksKeepThePace, TestRefusedChecksEndWhereEveryWaitIsPostponed.
//
// # Partial runs
//
// Where resellers are asked in turn and some cannot be read, the run ends as partial and names them. Their clients keep
// status, MSP and age, and so do resellers that are known only under them, with theirs. A client that the MSSP's own
// answer lists without a parent may be theirs: a known one keeps its MSP, and a new one is left out if that answer lists
// any reseller's client without a parent. All other customers are as after a complete run. What that means elsewhere:
//
//	data_as_of, last_complete of a connection  advance; the people of an unread MSP see their own age instead
//	sync_stale, the row of failures, its mail  a partial run ends them, as a complete one
//	missing, then removed after ten runs       counts complete and partial runs; no customer under an unread MSP is removed,
//	                                           and once that MSP is read again, ten more runs must lack the customer
//	history after a change of the field map    stale_fields notes what was remapped while a customer was not read, so that its
//	                                           later change bears the reason, too
//	plausibility                               customers that keep their state count neither as missing nor as known
//	version, ETags                             change when an MSP begins or ceases to be unread, not with each partial run
//	attention, mail                            sync_partial once per connection; a reseller is mailed once until it is read
//	portal-api sync                            exits with 3; cmd/bench and the kill test accept complete runs alone
//	discarded, needs_review                    a run that waits for a review keeps what it could not read, and ends partial
//
// Tests: TestUnreadReseller, TestPartialRun, TestUnreadResellersAreMailedOnce, TestUnreadResellersNeedAttention.
//
// # An older server beside a newer one
//
//	what an older one does not keep     what makes up for it                         shown by
//	unknown figures of groups and days  triggers count them in rows without its mark TestCountsOfAnOlderServer (postgres)
//	absent_since, stale_fields          forgotten after a run of its own             TestAbsence (postgres)
//	spans of clients                    the next merge of a newer one                the merge's tests (postgres)
//	the paths of a run it has begun     taken out of the run's state                 TestPaths (postgres)
//
// # Jobs
//
// A job of the job engine only says "look at this run"; a job too many finds nothing to take and ends. One job, repeated
// on one replica, is the schedule: it queues what is due, those first that have waited longest, and raises mails. Each
// replica looks for dead runs and lost jobs by itself, since the one that kept the schedule may be the one that died. No
// worker sleeps for long: a run that waits for its product lies in the queue.
//
// # What may go wrong
//
//	what                                   what happens                                  shown by
//	a call is refused, breaks off, lies    failed, by name, in a sentence; nothing       TestEveryFaultEndsTheRunByNameAndLeavesEverythingAsItWas
//	                                       but the run's record is written               TestACallThatGoesWrongInTheMiddleLeavesNothing
//	the product asks to wait               put off; tries and pauses count on            TestALongWaitIsPutOffWithAllThatWasRead
//	an admin has the connection tried      that counts against the pace; a short wait    TestRunsAndTestsKeepTheirDistanceFromEachOther
//	                                       is sat out, of a longer one they are told     TestTestsKeepThePaceOfTheConnectionInAnyProcessAndSayHowLongToWait
//	many wait, or one has many calls       the others are synced meanwhile               TestRunsThatWaitKeepNoWorkerFromOthers
//	                                                                                     TestARunOfManyCallsLetsOthersHaveTheirTurnInBetween
//	one MSSP's product is slow             four of its runs are at work in all processes TestWorkers, TestPlaces
//	                                       together; half of the workers are for MSSPs
//	                                       that have none at work; one merge at a time
//	                                       in each process
//	an answer comes byte by byte           failed: less than 4 KiB came in a minute      TestSilenceIsNotWaitedOutForEver (heimdal)
//	an admin names an address inside       refused, also when its name resolves to one   TestWhatABaseURLMayName, TestAPublicClient…
//	                                       later; an error tells no open port            TestWhichPortsAreOpenIsNotSaid
//	it would never end                     failed after a day                            TestARunThatWouldNeverEndFailsAfterADay
//	the process is killed, at any point    another goes on; what is lost is one call     TestKilledProcess (cmd/portal-api)
//	                                                                                     TestARunGoesOnWithTheCallItsProcessDiedIn
//	... between a job and its run          the same: another job is made                 TestAServerTakesUpRunsThatDiedOrLostTheirJob
//	... in the middle of the schedule      the next look goes on                         TestTheScheduleOutlivesAProcessThatDiedKeepingIt
//	it kills whatever works on it          failed after three deaths without progress    TestAServerTakesUpRunsThatDiedOrLostTheirJob
//	the process was only thought dead      it may write nothing any more                 TestARunWhoseProcessDiedIsOutOfTheWayOfTheNext
//	the server is told to stop             handed back at once                           TestAServerThatStopsHandsItsRunToTheNext
//	the database loses the unlogged table  read anew                                     the merge's tests (postgres)
//	too many customers would vanish        needs_review; one mail; first in attention    TestARunThatNeedsReviewIsMailedAtOnceAndOnce
//	                                                                                     TestARunThatNeedsReviewComesBeforeEverythingElse
//	the product's fields change            shown in the run, in attention until an admin TestFieldMap, TestFieldMapAlert (postgres)
//	                                       has looked, and in one mail
//	an admin changes what fields fill      read anew; history says why; a review where   TestARunReadsAnewWhenTheFieldMapChangesMeanwhile
//	                                       customers can move                            TestRemap (postgres)
//	run after run fails                    attention with count and since when; one      TestARowOfFailuresNeedsAttentionAndSaysHowManySinceWhen
//	                                       mail until one has worked in between          TestTheAdminsAreMailedOnceOfARowOfFailuresUntilASyncHasWorkedInBetween
//	none fails, but none comes             sync_stale                                    TestAConnectionThatIsNotSyncedThoughNothingFailsIsStale
//	a mail is no longer true               it is not sent                                TestWhatIsNoLongerTrueIsNotMailed
//	who watches may no longer              the stream ends                               TestWhoMayNoLongerSeesARunNoLonger
package customersync
