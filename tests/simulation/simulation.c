/* SPDX-License-Identifier: MIT */
/* The clock, the dice, and the loop of one run. */
#include "simulation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MS 7000000  /* the library's clock when a run begins */
#define UNIX_S 1795500000 /* the wall clock then */
#define STEPS_MAX 100000  /* more of them is a loop without end */

/* ---- dice: splitmix64 ---- */

uint64_t dice_number(struct dice *dice) {
  uint64_t number = dice->state += UINT64_C(0x9e3779b97f4a7c15);
  number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
  return number ^ (number >> 31);
}

int dice_roll(struct dice *dice, int sides) { return (int)(dice_number(dice) % (uint64_t)sides); }

int64_t dice_between(struct dice *dice, int64_t least, int64_t most) {
  return least + (int64_t)(dice_number(dice) % (uint64_t)(most - least + 1));
}

bool dice_percent(struct dice *dice, int percent) { return dice_roll(dice, 100) < percent; }

/* ---- what is told ---- */

static uint64_t sights[SIGHT_COUNT];

void saw(enum sight sight) { sights[sight]++; }

uint64_t times_seen(enum sight sight) { return sights[sight]; }

const char *sight_text(enum sight sight) {
  static const char *const texts[] = {
#define SIGHT(name, text) text,
#include "sights.def"
#undef SIGHT
  };
  return texts[sight];
}

void tell(const struct simulation *simulation, const char *format, ...) {
  va_list arguments;
  if (!simulation->loud) return;
  printf("%9.3f s  ", (double)simulation->now_ms / 1000);
  va_start(arguments, format);
  (void)vprintf(format, arguments);
  va_end(arguments);
  (void)putchar('\n');
}

void complain(struct simulation *simulation, const char *format, ...) {
  va_list arguments;
  if (*simulation->complaint) return;
  va_start(arguments, format);
  (void)vsnprintf(simulation->complaint, sizeof simulation->complaint, format, arguments);
  va_end(arguments);
  tell(simulation, "DOES NOT HOLD: %s", simulation->complaint);
}

/* ---- the clock ---- */

int64_t simulation_clock(const struct simulation *simulation) { return FIRST_MS + simulation->now_ms; }

static int64_t now_ms(void *context) {
  const struct simulation *simulation = context;
  return FIRST_MS + simulation->now_ms;
}

static int64_t unix_s(void *context) {
  const struct simulation *simulation = context;
  return UNIX_S + simulation->now_ms / 1000;
}

static uint64_t random_number(void *context) {
  struct simulation *simulation = context;
  return dice_number(&simulation->dice);
}

void schedule(struct simulation *simulation, int64_t at_ms, event_fn act, void *context) {
  if (at_ms == NEVER) return;
  if (simulation->event_count == EVENTS_MAX) abort();
  simulation->events[simulation->event_count++] =
      (struct event){.at_ms = at_ms, .number = simulation->event_number++, .act = act, .context = context};
}

static struct event *next_event(struct simulation *simulation) {
  struct event *next = NULL;
  for (size_t i = 0; i < simulation->event_count; i++) {
    struct event *event = &simulation->events[i];
    bool sooner = !next || event->at_ms < next->at_ms || (event->at_ms == next->at_ms && event->number < next->number);
    if (sooner) next = event;
  }
  return next;
}

static void happen(struct simulation *simulation, struct event *event) {
  struct event now = *event;
  *event = simulation->events[--simulation->event_count];
  now.act(simulation, now.context);
}

struct call *running_call(struct simulation *simulation, size_t index) {
  struct call *call = index < simulation->call_count ? &simulation->calls[index] : NULL;
  return call && call->state == CALL_RUNNING ? call : NULL;
}

static int64_t next_wake(struct simulation *simulation) {
  int64_t next = NEVER;
  for (size_t i = 0; i < simulation->call_count; i++) {
    const struct call *call = running_call(simulation, i);
    int64_t wake = call ? job_wake_ms(&call->task.job) : NEVER;
    if (wake != NEVER && wake - FIRST_MS < next) next = wake - FIRST_MS;
  }
  return next;
}

/* ---- a run ---- */

static void draw_weather(struct simulation *simulation) {
  static const int percents[] = {0, 0, 0, 10, 30, 60, 90};
  struct dice *dice = &simulation->dice;
  struct weather *weather = &simulation->weather;
  weather->connect_percent = percents[dice_roll(dice, 5)];
  weather->list_percent = percents[dice_roll(dice, 6)];
  weather->stale_percent = dice_percent(dice, 25) ? percents[3 + dice_roll(dice, 4)] : 0;
  weather->post_percent = percents[1 + dice_roll(dice, 6)];
  weather->slow = dice_percent(dice, 25);
  weather->stamping =
      dice_percent(dice, 70) ? STAMPED_IN_COMMIT_ORDER : (enum stamping)(STAMPED_ON_ARRIVAL + dice_roll(dice, 2));
  weather->old_server = dice_percent(dice, 6);
  tell(simulation,
       "seed %llu: of 100 connections %d fail, of 100 lists %d fail and %d are stale, of 100 POSTs %d fail%s%s; "
       "created_at %s",
       (unsigned long long)simulation->seed, weather->connect_percent, weather->list_percent, weather->stale_percent,
       weather->post_percent, weather->slow ? "; slow" : "", weather->old_server ? "; an old server" : "",
       weather->stamping == STAMPED_IN_COMMIT_ORDER ? "follows the commits"
       : weather->stamping == STAMPED_ON_ARRIVAL    ? "follows the arrivals"
                                                    : "is always the same");
}

/* To the next instant at which anything happens; false when nothing will. */
static bool step(struct simulation *simulation) {
  struct event *event = next_event(simulation);
  int64_t wake = next_wake(simulation);
  if (!event && wake == NEVER) return false;
  int64_t next = event && event->at_ms < wake ? event->at_ms : wake;
  if (next > simulation->now_ms) simulation->now_ms = next;
  if (event && event->at_ms <= simulation->now_ms) happen(simulation, event);
  callers_advance(simulation);
  return true;
}

void simulation_run(struct simulation *simulation, uint64_t seed, bool loud, struct flight *flights) {
  memset(simulation, 0, sizeof *simulation);
  simulation->seed = seed;
  simulation->loud = loud;
  simulation->looped = seed % 2 == 0;
  simulation->dice.state = seed;
  simulation->flights = flights;
  simulation->world = (struct world){.transport = &simulated_network,
                                     .now_ms = now_ms,
                                     .unix_s = unix_s,
                                     .random = random_number,
                                     .context = simulation};
  draw_weather(simulation);
  service_begin(simulation);
  callers_begin(simulation);
  size_t steps = 0;
  while (step(simulation))
    if (++steps == STEPS_MAX) {
      complain(simulation, "%d steps, and no end", STEPS_MAX);
      break;
    }
  if (steps < STEPS_MAX) judge_run(simulation);
  callers_end(simulation);
}
