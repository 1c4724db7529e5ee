/* SPDX-License-Identifier: MIT */
#include "net/engine.h"

#include "base/mem.h"
#include "error/classify.h"

#include <string.h>

static int64_t now_ms(const struct job *job) { return job->means.world->now_ms(job->means.world->context); }

static struct log_context log_context(const struct job *job, int attempt) {
  const struct world *world = job->means.world;
  return (struct log_context){.sink = &job->means.settings->log,
                              .secrets = job->means.secrets,
                              .unix_s = world->unix_s(world->context),
                              .call = job->flow->name,
                              .attempt = attempt};
}

/* ---- being ended from outside ---- */

static bool is_cancelled(struct job *job) {
  const struct job_waiting *waiting = &job->means.waiting;
  if (waiting->unwanted && atomic_load(waiting->unwanted)) return true;
  if (waiting->cancel && wake_is_set(waiting->cancel)) return true;
  if (!waiting->tick || now_ms(job) - job->ticked_ms < TICK_INTERVAL_MS) return false;
  job->ticked_ms = now_ms(job);
  return waiting->tick(waiting->userdata) != 0;
}

static lsexport_status interrupted(void *context) {
  const struct strand *strand = context;
  if (is_cancelled(strand->job)) return LSEXPORT_ERR_CANCELLED;
  return now_ms(strand->job) >= strand->deadline_ms ? LSEXPORT_ERR_TIMEOUT : LSEXPORT_OK;
}

/* ---- what an attempt came to ---- */

static lsexport_error *read_transfer(const struct exchange *exchange, const struct secrets *secrets) {
  struct evidence evidence = {.peer = exchange->request->elsewhere ? PEER_STORAGE : PEER_TRANSPORT,
                              .transfer = exchange->transfer};
  struct verdict verdict = classify(&evidence);
  lsexport_error *error = error_new_verdict(&verdict, secrets);
  error_set_server_text(error, exchange->detail, strlen(exchange->detail));
  return error;
}

static lsexport_error *read_attempt(const struct job *job, const struct strand *strand) {
  const struct exchange *exchange = &strand->exchange;
  struct trace *trace = exchange->request->trace;
  if (trace) {
    trace->transfer = exchange->transfer;
    trace->sent = exchange->sent;
  }
  if (exchange->transfer != TRANSFER_DONE) return read_transfer(exchange, job->means.secrets);
  lsexport_error *error = strand->operation->conclude(strand->operation, &exchange->response, job->means.secrets);
  if (!error) return NULL;
  error_set_http_status(error, exchange->response.http_status);
  if (*exchange->response.request_id) error_set_request_id(error, exchange->response.request_id);
  if (exchange->response.retry_after_ms > 0) error_set_retry_after(error, exchange->response.retry_after_ms);
  return error;
}

/* Did this attempt, or an earlier one, take effect? */
static int32_t read_applied(const struct strand *strand, const lsexport_error *error) {
  const struct exchange *exchange = &strand->exchange;
  int status = exchange->transfer == TRANSFER_DONE ? exchange->response.http_status : 0;
  if (!strand->operation->writes) return LSEXPORT_APPLIED_NO;
  if (status / 100 == 2 && error->applied == LSEXPORT_APPLIED_YES) return LSEXPORT_APPLIED_YES;
  bool refused = status / 100 == 3 || (status / 100 == 4 && status != 408);
  bool may_be = exchange->sent && !refused;
  return may_be || strand->operation->maybe_applied ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO;
}

static enum retry_class read_retry_class(const lsexport_error *error) {
  if (error_is_static(error) || !error->transient) return RETRY_NEVER;
  int status = error->http_status;
  if (status == 429 || status == 503) return RETRY_THROTTLED;
  /* LangSmith has tried a bucket many times before it answers 400. */
  if (status / 100 == 4 && status != 408 && status != 425) return RETRY_NEVER;
  return RETRY_TRANSIT;
}

static struct retry_decision decide(const struct job *job, const struct strand *strand, const lsexport_error *error,
                                    int64_t now) {
  const struct world *world = job->means.world;
  const struct exchange *exchange = &strand->exchange;
  struct retry_facts facts = {
      .class = read_retry_class(error),
      .repeatable = strand->operation->repeatable,
      .sent = exchange->sent,
      .attempts = strand->attempts,
      .attempts_max = job->means.settings->attempts_max,
      .retry_after_ms = exchange->transfer == TRANSFER_DONE ? exchange->response.retry_after_ms : -1,
      .retry_after_max_ms = job->means.settings->retry_after_max_ms,
      .left_ms = strand->deadline_ms - now,
      .tokens = atomic_load(&job->means.budget->tokens),
      .random = world->random(world->context),
  };
  return retry_decide(&facts);
}

/* ---- strands ---- */

static void send(struct job *job, struct strand *strand) {
  strand->attempts++;
  job->attempts++;
  exchange_begin(&strand->exchange, &strand->operation->request);
  strand->state = STRAND_SENDING;
  if (job->means.world->transport->start(job->means.transport, &strand->exchange)) return;
  strand->exchange.transfer = TRANSFER_NO_MEMORY;
  strand->exchange.done = true;
}

static void begin_strand(struct job *job, struct strand *strand, struct operation *operation, int64_t now) {
  strand->job = job;
  strand->operation = operation;
  operation->interrupted = interrupted;
  operation->interrupted_context = strand;
  strand->attempts = strand->retry_cost = 0;
  strand->deadline_ms = job->deadline_ms;
  if (operation->timeout_ms && now + operation->timeout_ms < job->deadline_ms)
    strand->deadline_ms = now + operation->timeout_ms;
  send(job, strand);
}

/* One that has nothing to do; NULL without memory. */
static struct strand *idle_strand(struct job *job) {
  struct strand *strand = &job->strand;
  for (;; strand = strand->next) {
    if (strand->state == STRAND_IDLE) return strand;
    if (!strand->next) break;
  }
  strand->next = mem_alloc(sizeof *strand);
  if (!strand->next) return NULL;
  strand->next->exchange.ended = job->means.attempt_ended;
  strand->next->exchange.context = job->means.context;
  return strand->next;
}

/* Takes an attempt off the wire, and says what is known of it. */
static int32_t abort_attempt(struct job *job, struct strand *strand) {
  bool writes = strand->operation->writes, may_be = strand->operation->maybe_applied;
  if (strand->state == STRAND_SENDING) {
    if (!strand->exchange.done) job->means.world->transport->abort(job->means.transport, &strand->exchange);
    strand->exchange.transfer = TRANSFER_LOST;
    may_be = may_be || strand->exchange.sent;
  }
  strand->state = STRAND_IDLE;
  strand->operation->maybe_applied = writes && may_be;
  return writes && may_be ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO;
}

static int32_t abort_all(struct job *job) {
  int32_t applied = LSEXPORT_APPLIED_NO;
  for (struct strand *strand = &job->strand; strand; strand = strand->next)
    if (strand->state != STRAND_IDLE && abort_attempt(job, strand) == LSEXPORT_APPLIED_UNKNOWN)
      applied = LSEXPORT_APPLIED_UNKNOWN;
  return applied;
}

static void free_strands(struct job *job) {
  response_free(&job->strand.exchange.response);
  for (struct strand *strand = job->strand.next, *next; strand; strand = next) {
    next = strand->next;
    response_free(&strand->exchange.response);
    mem_free(strand);
  }
  job->strand.next = NULL;
}

/* ---- steps ---- */

static void end(struct job *job, lsexport_error *error) {
  abort_all(job);
  free_strands(job);
  if (error) {
    error_set_operation(error, job->flow->name);
    error_set_attempts(error, job->attempts);
    error = error_finish(error, job->flow->repeatable);
  }
  job->error = error;
  job->state = JOB_ENDED;
  struct log_context context = log_context(job, job->attempts);
  log_outcome(&context, error, now_ms(job) - job->begun_ms);
}

/* The operation, and those beside it. */
static void begin_operations(struct job *job, struct operation *operation, int64_t now) {
  job->state = JOB_RUNNING;
  for (struct operation *beside; operation; operation = beside) {
    struct strand *strand = idle_strand(job);
    beside = operation->beside;
    if (!strand) {
      job->starved = true;
      return;
    }
    begin_strand(job, strand, operation, now);
  }
}

static void take_step(struct job *job, struct flow_event event) {
  int64_t now = now_ms(job);
  event.left_ms = job->deadline_ms - now;
  event.unix_s = job->means.world->unix_s(job->means.world->context);
  struct flow_step step = job->flow->next(job->flow, &event);
  if (step.wish == FLOW_END) {
    end(job, step.error);
  } else if (job->cancelled) {
    return; /* nothing new is begun */
  } else if (step.wish == FLOW_OPERATION) {
    begin_operations(job, step.operation, now);
  } else if (step.wish == FLOW_PAUSE) {
    job->state = JOB_PAUSED;
    job->resume_ms = now + step.pause_ms;
  }
}

static void end_operation(struct job *job, struct strand *strand, lsexport_error *error) {
  if (error) error_set_attempts(error, strand->attempts);
  struct flow_event event = {.kind = FLOW_OPERATION_ENDED, .operation = strand->operation, .error = error};
  strand->state = STRAND_IDLE;
  response_free(&strand->exchange.response);
  take_step(job, event);
}

static void attempt_ended(struct job *job, struct strand *strand) {
  int64_t now = now_ms(job);
  lsexport_error *error = read_attempt(job, strand);
  struct log_context context = log_context(job, strand->attempts);
  log_attempt(&context, &strand->exchange, error);
  if (!error) {
    retry_budget_give(job->means.budget, strand->retry_cost ? strand->retry_cost : 1);
    end_operation(job, strand, NULL);
    return;
  }
  int32_t applied = read_applied(strand, error);
  error = error_set_applied(error, applied);
  struct retry_decision decision = decide(job, strand, error, now);
  if (decision.answer == RETRY_AGAIN && retry_budget_take(job->means.budget, decision.cost)) {
    lsexport_error_free(error);
    log_retry(&context, decision.wait_ms);
    strand->operation->maybe_applied = applied == LSEXPORT_APPLIED_UNKNOWN;
    strand->retry_cost = decision.cost;
    strand->resume_ms = now + decision.wait_ms;
    strand->state = STRAND_BACKING_OFF;
    return;
  }
  if (decision.answer == RETRY_STOP_TOO_LONG && !error->cause) error_set_cause(error, LSEXPORT_CAUSE_DEADLINE_TOO_NEAR);
  end_operation(job, strand, error);
}

void job_stop(struct job *job, lsexport_status status) {
  int32_t applied = abort_all(job);
  lsexport_error *error = error_set_applied(error_new(status, job->means.secrets), applied);
  take_step(job, (struct flow_event){.kind = FLOW_STOPPED, .error = error});
}

/* The operation's own share of the time is over, the call's is not. */
static void operation_timed_out(struct job *job, struct strand *strand) {
  int32_t applied = abort_attempt(job, strand);
  bool unconnected = strand->operation->request.elsewhere && !strand->exchange.sent;
  strand->exchange.transfer = unconnected ? TRANSFER_CONNECT_TIMEOUT : TRANSFER_SILENT;
  end_operation(job, strand, error_set_applied(read_attempt(job, strand), applied));
}

void job_begin(struct job *job, const struct job_means *means, struct flow *flow, int64_t timeout_ms) {
  job->means = *means;
  job->strand.exchange.ended = means->attempt_ended;
  job->strand.exchange.context = means->context;
  job->flow = flow;
  job->begun_ms = job->ticked_ms = now_ms(job);
  job->deadline_ms = timeout_ms == JOB_NO_DEADLINE ? INT64_MAX : job->begun_ms + timeout_ms;
}

void job_set_timeout(struct job *job, int64_t timeout_ms) { job->deadline_ms = now_ms(job) + timeout_ms; }

/* One whose attempt has ended; NULL: none. */
static struct strand *answered_strand(struct job *job) {
  for (struct strand *strand = &job->strand; strand; strand = strand->next)
    if (strand->state == STRAND_SENDING && strand->exchange.done) return strand;
  return NULL;
}

static int64_t strand_wake_ms(const struct strand *strand) {
  return strand->state == STRAND_SENDING       ? strand->deadline_ms
         : strand->state == STRAND_BACKING_OFF ? strand->resume_ms
                                               : INT64_MAX;
}

static void time_came(struct job *job, struct strand *strand) {
  if (strand->state == STRAND_SENDING)
    operation_timed_out(job, strand);
  else
    send(job, strand);
}

static struct strand *due_strand(struct job *job, int64_t now) {
  for (struct strand *strand = &job->strand; strand; strand = strand->next)
    if (strand_wake_ms(strand) <= now) return strand;
  return NULL;
}

void job_advance(struct job *job) {
  while (job->state != JOB_ENDED) {
    int64_t now = now_ms(job);
    struct strand *answered = answered_strand(job), *due = due_strand(job, now);
    if (answered)
      attempt_ended(job, answered);
    else if (job->starved)
      job_stop(job, LSEXPORT_ERR_NO_MEMORY);
    else if (now >= job->deadline_ms)
      job_stop(job, LSEXPORT_ERR_TIMEOUT);
    else if (job->state == JOB_READY)
      take_step(job, (struct flow_event){.kind = FLOW_BEGUN});
    else if (due)
      time_came(job, due);
    else if (job->state == JOB_PAUSED && now >= job->resume_ms)
      take_step(job, (struct flow_event){.kind = FLOW_PAUSE_ENDED});
    else
      return;
  }
}

int64_t job_wake_ms(const struct job *job) {
  if (job->state == JOB_ENDED) return INT64_MAX;
  int64_t wake = job->deadline_ms;
  if (job->state == JOB_PAUSED && job->resume_ms < wake) wake = job->resume_ms;
  for (const struct strand *strand = &job->strand; strand; strand = strand->next)
    if (strand_wake_ms(strand) < wake) wake = strand_wake_ms(strand);
  return wake;
}

void job_cancel(struct job *job) {
  job->cancelled = true;
  struct strand *answered = answered_strand(job);
  while (answered) { /* what came is not thrown away */
    attempt_ended(job, answered);
    answered = answered_strand(job);
  }
  if (job->state != JOB_ENDED) job_stop(job, LSEXPORT_ERR_CANCELLED);
}

void job_run(struct job *job) {
  const struct transport_ops *transport = job->means.world->transport;
  const struct job_waiting *waiting = &job->means.waiting;
  for (;;) {
    if (is_cancelled(job)) job_cancel(job);
    job_advance(job);
    if (job->state == JOB_ENDED) return;
    int64_t wait_ms = job_wake_ms(job) - now_ms(job);
    if (waiting->tick && wait_ms > TICK_INTERVAL_MS) wait_ms = TICK_INTERVAL_MS;
    transport->wait(job->means.transport, wait_ms, waiting->cancel ? waiting->cancel->descriptor : -1);
  }
}
