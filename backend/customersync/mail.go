package customersync

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

const (
	mailQueue   = "mail"
	mailTimeout = time.Minute
	// An invite is valid for at most 30 days, and its mail is tried once an hour for as long. A job whose invite is no
	// longer to be mailed completes without sending.
	mailTries    = 1000
	mailInterval = time.Hour
)

// mailArgs is the job that mails an invite if that is still needed. It holds neither address nor code.
type mailArgs struct {
	MSSPID   string `json:"mssp_id"`
	InviteID string `json:"invite_id"`
}

func (mailArgs) Kind() string { return "invite_mail" }

// Post queues the mail of an invite in the invite's own transaction.
func (s *Service) Post(ctx context.Context, tx pgx.Tx, msspID, inviteID string) error {
	_, err := s.jobs.InsertTx(ctx, tx, mailArgs{msspID, inviteID}, &river.InsertOpts{Queue: mailQueue, MaxAttempts: mailTries})
	return err
}

type mailWorker struct {
	river.WorkerDefaults[mailArgs]
	deliver func(ctx context.Context, msspID, inviteID string) error
}

func (w *mailWorker) Timeout(*river.Job[mailArgs]) time.Duration { return mailTimeout }

func (w *mailWorker) NextRetry(job *river.Job[mailArgs]) time.Time { return nextMail(job.Attempt) }

// nextMail returns the time of the next attempt: after 1, 16, 81, … seconds, as the engine does, but at most an hour.
func nextMail(attempt int) time.Time {
	tried := time.Duration(min(attempt, 10))
	return time.Now().Add(min(mailInterval, tried*tried*tried*tried*time.Second))
}

func (w *mailWorker) Work(ctx context.Context, job *river.Job[mailArgs]) error {
	return w.deliver(ctx, job.Args.MSSPID, job.Args.InviteID)
}
