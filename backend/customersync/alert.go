package customersync

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"fs-client-portal/backend/postgres"
)

// alertTries is 80 attempts, about three days. A job whose alert is obsolete completes without sending.
const alertTries = 80

// alertArgs is the job that mails one admin about a run if that is still needed. It holds neither address nor text.
type alertArgs struct {
	MSSPID string `json:"mssp_id"`
	RunID  string `json:"run_id"`
	UserID string `json:"user_id"`
}

func (alertArgs) Kind() string { return "sync_mail" }

// raiseAlerts queues a mail to each admin of the MSSPs with due alerts.
func (s *Service) raiseAlerts(ctx context.Context) error {
	if s.config.Alert == nil {
		return nil
	}
	failures := s.config.AlertAfter
	if failures <= 0 {
		failures = math.MaxInt32
	}
	due, err := s.db.DueAlerts(ctx, failures)
	for _, ref := range due {
		err = errors.Join(err, s.db.RaiseAlert(ctx, ref, func(ctx context.Context, tx pgx.Tx, userIDs []string) error {
			for _, user := range userIDs {
				_, err := s.jobs.InsertTx(ctx, tx, alertArgs{ref.MSSPID, ref.ID, user}, &river.InsertOpts{Queue: mailQueue, MaxAttempts: alertTries})
				if err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return err
}

type alertWorker struct {
	river.WorkerDefaults[alertArgs]
	service *Service
}

func (w *alertWorker) Timeout(*river.Job[alertArgs]) time.Duration { return mailTimeout }

func (w *alertWorker) NextRetry(job *river.Job[alertArgs]) time.Time { return nextMail(job.Attempt) }

// Work mails the current state of the alert, unless it is obsolete. A mail that the server rejects for good is not
// tried again.
func (w *alertWorker) Work(ctx context.Context, job *river.Job[alertArgs]) error {
	s := w.service
	alert, still, err := s.db.Alert(ctx, postgres.RunRef{MSSPID: job.Args.MSSPID, ID: job.Args.RunID}, job.Args.UserID)
	if err != nil || !still {
		return err
	}
	err = s.config.Alert(ctx, alert)
	var never interface{ Undeliverable() bool }
	if errors.As(err, &never) && never.Undeliverable() {
		s.config.Log.WarnContext(ctx, "alert not mailed", "mssp_id", job.Args.MSSPID, "run_id", alert.RunID, "error", err)
		return nil
	}
	return err
}
