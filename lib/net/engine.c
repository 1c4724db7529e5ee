/* SPDX-License-Identifier: MIT */
#include "net/engine.h"

#include "error/classify.h"

#include <string.h>

static int64_t now_ms(const struct job *job) { return job->means.world->now_ms(job->means.world->context); }

static struct log_context log_context(const struct job *job) {
  const struct world *world = job->means.world;
  return (struct log_context){.sink = &job->means.settings->log,
                              .secrets = job->means.secrets,
                              .unix_s = world->unix_s(world->context),
                              .call = job->flow->name,
                              .attempt = job->attempts};
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
  struct job *job = context;
  if (is_cancelled(job)) return LSEXPORT_ERR_CANCELLED;
  return now_ms(job) >= job->operation_deadline_ms ? LSEXPORT_ERR_TIMEOUT : LSEXPORT_OK;
}

/* ---- what an attempt came to ---- */

static lsexport_error *read_transfer(const struct job *job) {
  const struct exchange *exchange = &job->exchange;
  struct evidence evidence = {.peer = PEER_TRANSPORT, .transfer = exchange->transfer};
  struct verdict verdict = classify(&evidence);
  lsexport_error *error = error_new_verdict(&verdict, job->means.secrets);
  error_set_server_text(error, exchange->detail, strlen(exchange->detail));
  return error;
}

static lsexport_error *read_attempt(struct job *job) {
  struct exchange *exchange = &job->exchange;
  if (exchange->transfer != TRANSFER_DONE) return read_transfer(job);
  lsexport_error *error = job->operation->conclude(job->operation, &exchange->response, job->means.secrets);
  if (!error) return NULL;
  error_set_http_status(error, exchange->response.http_status);
  if (*exchange->response.request_id) error_set_request_id(error, exchange->response.request_id);
  if (exchange->response.retry_after_ms > 0) error_set_retry_after(error, exchange->response.retry_after_ms);
  return error;
}

/* Did this attempt, or an earlier one, take effect? */
static int32_t read_applied(const struct job *job, const lsexport_error *error) {
  const struct exchange *exchange = &job->exchange;
  int status = exchange->transfer == TRANSFER_DONE ? exchange->response.http_status : 0;
  if (!job->operation->writes) return LSEXPORT_APPLIED_NO;
  if (status / 100 == 2 && error->applied == LSEXPORT_APPLIED_YES) return LSEXPORT_APPLIED_YES;
  bool refused = status / 100 == 3 || (status / 100 == 4 && status != 408);
  bool may_be = exchange->sent && !refused;
  return may_be || job->operation->maybe_applied ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO;
}

static enum retry_class read_retry_class(const lsexport_error *error) {
  if (error_is_static(error) || !error->transient) return RETRY_NEVER;
  int status = error->http_status;
  if (status == 429 || status == 503) return RETRY_THROTTLED;
  /* LangSmith has tried a bucket many times before it answers 400. */
  if (status / 100 == 4 && status != 408 && status != 425) return RETRY_NEVER;
  return RETRY_TRANSIT;
}

static struct retry_decision decide(const struct job *job, const lsexport_error *error, int64_t now) {
  const struct world *world = job->means.world;
  struct retry_facts facts = {
      .class = read_retry_class(error),
      .repeatable = job->operation->repeatable,
      .sent = job->exchange.sent,
      .attempts = job->attempts,
      .attempts_max = job->means.settings->attempts_max,
      .retry_after_ms = job->exchange.transfer == TRANSFER_DONE ? job->exchange.response.retry_after_ms : -1,
      .retry_after_max_ms = job->means.settings->retry_after_max_ms,
      .left_ms = job->operation_deadline_ms - now,
      .tokens = atomic_load(&job->means.budget->tokens),
      .random = world->random(world->context),
  };
  return retry_decide(&facts);
}

/* ---- steps ---- */

static void end(struct job *job, lsexport_error *error) {
  if (error) {
    error_set_operation(error, job->flow->name);
    error_set_attempts(error, job->attempts_total);
    error = error_finish(error, job->flow->repeatable);
  }
  job->error = error;
  job->state = JOB_ENDED;
  response_free(&job->exchange.response);
  struct log_context context = log_context(job);
  log_outcome(&context, error, now_ms(job) - job->begun_ms);
}

static void send(struct job *job) {
  job->attempts++;
  job->attempts_total++;
  exchange_begin(&job->exchange, &job->operation->request);
  job->state = JOB_SENDING;
  if (job->means.world->transport->start(job->means.transport, &job->exchange)) return;
  job->exchange.transfer = TRANSFER_NO_MEMORY;
  job->exchange.done = true;
}

static void take_step(struct job *job, struct flow_event event) {
  int64_t now = now_ms(job);
  event.left_ms = job->deadline_ms - now;
  struct flow_step step = job->flow->next(job->flow, &event);
  if (step.wish != FLOW_END && job->cancelled) {
    event.kind = FLOW_STOPPED;
    event.error = error_new(LSEXPORT_ERR_CANCELLED, job->means.secrets);
    step = job->flow->next(job->flow, &event);
  }
  switch (step.wish) {
  case FLOW_OPERATION:
    job->operation = step.operation;
    job->operation->interrupted = interrupted;
    job->operation->interrupted_context = job;
    job->attempts = job->retry_cost = 0;
    job->operation_deadline_ms = job->deadline_ms;
    if (step.operation->timeout_ms && now + step.operation->timeout_ms < job->deadline_ms)
      job->operation_deadline_ms = now + step.operation->timeout_ms;
    send(job);
    break;
  case FLOW_PAUSE:
    job->state = JOB_PAUSED;
    job->resume_ms = now + step.pause_ms;
    break;
  default:
    end(job, step.error);
  }
}

static void end_operation(struct job *job, lsexport_error *error) {
  response_free(&job->exchange.response);
  take_step(job, (struct flow_event){.kind = FLOW_OPERATION_ENDED, .error = error});
}

static void attempt_ended(struct job *job) {
  int64_t now = now_ms(job);
  lsexport_error *error = read_attempt(job);
  struct log_context context = log_context(job);
  log_attempt(&context, &job->exchange, error);
  if (!error) {
    retry_budget_give(job->means.budget, job->retry_cost ? job->retry_cost : 1);
    end_operation(job, NULL);
    return;
  }
  int32_t applied = read_applied(job, error);
  error = error_set_applied(error, applied);
  struct retry_decision decision = decide(job, error, now);
  if (decision.answer == RETRY_AGAIN && retry_budget_take(job->means.budget, decision.cost)) {
    lsexport_error_free(error);
    log_retry(&context, decision.wait_ms);
    job->operation->maybe_applied = applied == LSEXPORT_APPLIED_UNKNOWN;
    job->retry_cost = decision.cost;
    job->resume_ms = now + decision.wait_ms;
    job->state = JOB_BACKING_OFF;
    return;
  }
  if (decision.answer == RETRY_STOP_TOO_LONG && !error->cause) error_set_cause(error, LSEXPORT_CAUSE_DEADLINE_TOO_NEAR);
  end_operation(job, error);
}

/* Takes an attempt off the wire, and says what is known of it. */
static int32_t abort_attempt(struct job *job) {
  if (job->state == JOB_SENDING && !job->exchange.done) {
    job->means.world->transport->abort(job->means.transport, &job->exchange);
    job->exchange.transfer = TRANSFER_LOST;
    return job->operation->writes && (job->exchange.sent || job->operation->maybe_applied) ? LSEXPORT_APPLIED_UNKNOWN
                                                                                           : LSEXPORT_APPLIED_NO;
  }
  bool may_be = job->state == JOB_BACKING_OFF && job->operation->maybe_applied;
  return may_be ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO;
}

void job_stop(struct job *job, lsexport_status status) {
  int32_t applied = abort_attempt(job);
  lsexport_error *error = error_set_applied(error_new(status, job->means.secrets), applied);
  take_step(job, (struct flow_event){.kind = FLOW_STOPPED, .error = error});
}

/* The operation's own share of the time is over, the call's is not. */
static void operation_timed_out(struct job *job) {
  int32_t applied = abort_attempt(job);
  end_operation(job, error_set_applied(error_new(LSEXPORT_ERR_TIMEOUT, job->means.secrets), applied));
}

void job_begin(struct job *job, const struct job_means *means, struct flow *flow, int64_t timeout_ms) {
  job->means = *means;
  job->exchange.ended = means->attempt_ended;
  job->exchange.context = means->context;
  job->flow = flow;
  job->begun_ms = job->ticked_ms = now_ms(job);
  job->deadline_ms = timeout_ms == JOB_NO_DEADLINE ? INT64_MAX : job->begun_ms + timeout_ms;
}

void job_set_timeout(struct job *job, int64_t timeout_ms) { job->deadline_ms = now_ms(job) + timeout_ms; }

void job_advance(struct job *job) {
  while (job->state != JOB_ENDED) {
    int64_t now = now_ms(job);
    if (job->state == JOB_SENDING && job->exchange.done)
      attempt_ended(job);
    else if (now >= job->deadline_ms)
      job_stop(job, LSEXPORT_ERR_TIMEOUT);
    else if (job->state == JOB_READY)
      take_step(job, (struct flow_event){.kind = FLOW_BEGUN});
    else if (job->state == JOB_SENDING && now >= job->operation_deadline_ms)
      operation_timed_out(job);
    else if (job->state == JOB_BACKING_OFF && now >= job->resume_ms)
      send(job);
    else if (job->state == JOB_PAUSED && now >= job->resume_ms)
      take_step(job, (struct flow_event){.kind = FLOW_PAUSE_ENDED});
    else
      return;
  }
}

int64_t job_wake_ms(const struct job *job) {
  if (job->state == JOB_ENDED) return INT64_MAX;
  if (job->state == JOB_READY) return job->deadline_ms;
  int64_t next = job->state == JOB_SENDING ? job->operation_deadline_ms : job->resume_ms;
  return next < job->deadline_ms ? next : job->deadline_ms;
}

void job_cancel(struct job *job) {
  job->cancelled = true;
  if (job->state == JOB_SENDING && job->exchange.done) attempt_ended(job); /* what came is not thrown away */
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
