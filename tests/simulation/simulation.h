/* SPDX-License-Identifier: MIT */
/* One run of the simulation, drawn whole from a seed: a virtual clock, a LangSmith with a store of destinations, a
 * network that loses, delays and garbles, and callers that crash, cancel, try again and race. Nothing here looks at the
 * real clock, at an address or at the environment, so that a seed is the same run everywhere. */
#ifndef LSX_TESTS_SIMULATION_H
#define LSX_TESTS_SIMULATION_H

#include "base/text.h"
#include "flow/ensure.h"
#include "flow/single.h"
#include "net/loop.h"

#include <lsexport/lsexport.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEVER INT64_MAX
#define CALLERS_MAX 2
#define CALLS_MAX 6 /* three of each caller */
#define ENTRIES_MAX 16
#define FLIGHTS_MAX 4096
#define EVENTS_MAX 256
#define COMPLAINT_MAX 512

/* ---- dice ---- */

struct dice {
  uint64_t state;
};
uint64_t dice_number(struct dice *dice);
/* 0 to sides - 1. */
int dice_roll(struct dice *dice, int sides);
/* least to most. */
int64_t dice_between(struct dice *dice, int64_t least, int64_t most);
bool dice_percent(struct dice *dice, int percent);

/* ---- what this run is like ---- */

enum stamping {
  STAMPED_IN_COMMIT_ORDER, /* what the promise to racing clients is built on */
  STAMPED_ON_ARRIVAL,      /* not so: a slow commit is older than a quick one */
  STAMPED_ALIKE            /* the smallest id decides */
};

struct weather {
  int connect_percent; /* of requests that do not get out */
  int list_percent;    /* of lists that fail, or come late or garbled */
  int stale_percent;   /* of lists that lag behind the store */
  int post_percent;    /* of POSTs whose answer is not simply theirs */
  bool slow;           /* answers take minutes */
  enum stamping stamping;
  bool old_server; /* it drops a member that the callers set */
};

/* ---- LangSmith ---- */

enum shape { SHAPE_EQUAL, SHAPE_TOO_OLD, SHAPE_UNEQUAL };

struct call;

/* A destination, from its commit on. */
struct entry {
  char id[UUID_LENGTH + 1];
  enum shape shape;
  int spelling;
  int64_t created_us;       /* since noon of the simulated day */
  int64_t committed_ms;     /* below 0: it was there before */
  const struct call *maker; /* NULL: it was there before */
};

/* ---- the network ---- */

enum ending {
  ENDING_WELL,    /* the true answer, whole */
  ENDING_GARBLED, /* HTTP, but not what was asked for */
  ENDING_STATUS,  /* another HTTP status */
  ENDING_FAILED,  /* no HTTP answer: transfer says why */
  ENDING_SILENT   /* nothing ever comes */
};

/* 200, but not what was asked for. */
enum garbled {
  GARBLED_CUT,            /* where no length was given */
  GARBLED_CUT_WHOLE_HTTP, /* JSON that ends too soon, though all that was announced came */
  GARBLED_NOTHING,
  GARBLED_HTML,
  GARBLED_COMPRESSED,
  GARBLED_STRANGER, /* a destination, but not ours */
  GARBLED_TAIL,
  GARBLED_INCOMPLETE,     /* it has id and display name, and lacks the rest */
  GARBLED_WITHOUT_ID,     /* the same, and lacks the id too */
  GARBLED_STRANGERS_PART, /* id and display name, not ours */
  GARBLED_COUNT
};

/* One attempt of one operation, with its fate. */
struct flight {
  struct simulation *simulation;
  struct call *call;
  struct exchange *exchange; /* NULL once landed or given up */
  enum method method;
  bool left;          /* bytes are on their way */
  int64_t arrives_ms; /* NEVER: what left is lost */
  int64_t commit_ms;  /* POST: NEVER, or when it is carried out */
  int64_t lands_ms;   /* NEVER: silence */
  enum ending ending;
  enum transfer transfer;    /* of FAILED */
  enum garbled garbled;      /* of GARBLED */
  int http_status;           /* of STATUS */
  int retry_after_s;         /* of STATUS; -1: without */
  size_t twist;              /* where it is cut, and in which order a list comes */
  int64_t lag_ms;            /* of a list: how far behind the store it is */
  const struct entry *entry; /* of a POST: what it made */
  size_t seen[ENTRIES_MAX];  /* of a list: what it shows, as LangSmith saw it on arrival */
  size_t seen_count;
};

/* ---- callers ---- */

enum call_kind { CALL_CREATE, CALL_ENSURE };
enum call_state { CALL_RUNNING, CALL_ENDED, CALL_CRASHED };

/* One call of the library, and what was seen of it. */
struct call {
  struct simulation *simulation;
  int number;
  struct caller *caller;
  enum call_kind kind;
  enum call_state state;
  /* The call. */
  struct task task;
  struct ensure ensure;
  struct single single;
  struct destination_operation operation;
  int64_t deadline_ms;
  int crash_at; /* the caller dies at that moment of the call; 0: it does not */
  int moments;  /* so far: something was sent, arrived, was committed or came back */
  /* What LangSmith and the network saw. */
  int starts;         /* requests begun */
  int post_starts;    /* POSTs among them */
  int posts_left;     /* POSTs of which a byte left */
  int posts_served;   /* POSTs that arrived */
  bool post_answered; /* the true answer to its POST reached the library */
  bool post_refused;  /* an answer did that says that nothing was applied */
  bool equal_before;  /* an equal one was there when the call began */
  bool stale_served;  /* a list that lagged was answered */
  bool list_trouble;  /* the last list begun did not come back whole, fresh and in time */
  bool list_came;     /* a whole list reached the library in time; the last of them showed: */
  size_t list[ENTRIES_MAX];
  size_t list_count;
  /* What it came to. */
  int64_t ended_ms;
  lsexport_status status;
  char id[UUID_LENGTH + 1];
  bool adopted;
  bool cancelled; /* somebody tried */
  int32_t applied;
};

/* One process after another, as one program that does not give up. */
struct caller {
  lsexport_client *client;
  struct transport *transport;
  struct loop loop; /* where the run is one over loops */
  lsexport_destination_spec *spec;
  struct secrets secrets;
  int calls;
};

/* ---- all of it ---- */

typedef void (*event_fn)(struct simulation *simulation, void *context);

struct event {
  int64_t at_ms;
  uint64_t number; /* of two at the same instant the first comes first */
  event_fn act;
  void *context;
};

struct simulation {
  uint64_t seed;
  bool loud;   /* tells what happens */
  bool looped; /* calls run in a queue's loop, every other seed; else each by itself */
  struct dice dice;
  struct weather weather;
  struct world world;
  struct spec_wire wire;
  int64_t now_ms;
  struct event events[EVENTS_MAX];
  size_t event_count;
  uint64_t event_number;
  struct entry entries[ENTRIES_MAX]; /* in the order of their commits */
  size_t entry_count;
  struct flight *flights;
  size_t flight_count;
  struct caller callers[CALLERS_MAX];
  size_t caller_count;
  struct call calls[CALLS_MAX];
  size_t call_count;
  char complaint[COMPLAINT_MAX]; /* the first; "": all is well */
};

/* Runs it to its end; flights: room for FLIGHTS_MAX. The complaint says what did not hold. */
void simulation_run(struct simulation *simulation, uint64_t seed, bool loud, struct flight *flights);

/* A line of the story, for who replays a seed. */
void tell(const struct simulation *simulation, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Something did not hold. */
void complain(struct simulation *simulation, const char *format, ...) __attribute__((format(printf, 2, 3)));
void schedule(struct simulation *simulation, int64_t at_ms, event_fn act, void *context);
/* As the library sees it. */
int64_t simulation_clock(const struct simulation *simulation);
struct call *running_call(struct simulation *simulation, size_t index);

/* ---- LangSmith (service.c) ---- */

void service_begin(struct simulation *simulation);
bool service_has_equal(const struct simulation *simulation);
/* Which destinations a list shows that lags so much behind. */
void service_look(struct flight *flight);
/* Carries a POST out. */
void service_commit(struct flight *flight);
/* Writes the answer that the flight is fated to get. */
void service_answer(struct flight *flight, struct response *response);
/* NULL when there is none. */
const struct entry *service_find(const struct simulation *simulation, const char *id);

/* ---- the network (network.c) ---- */

extern const struct transport_ops simulated_network;
/* Who makes the requests from now on. */
void network_set_call(struct transport *transport, struct call *call);

/* ---- callers (callers.c) ---- */

void callers_begin(struct simulation *simulation);
/* Lets every call do what it can do now. */
void callers_advance(struct simulation *simulation);
void callers_end(struct simulation *simulation);
/* Something happened to a call: the moment at which its process may be fated to die. */
void call_moment(struct call *call);

/* ---- what must hold (judge.c) ---- */

/* A request is begun. */
void judge_start(struct flight *flight);
/* A POST is about to be sent. */
void judge_post(struct flight *flight);
/* A call has ended; destination: its result, or NULL. error: or NULL. */
void judge_call(struct call *call, const lsexport_destination *destination, const lsexport_error *error);
/* Nothing will happen any more. */
void judge_run(struct simulation *simulation);

/* ---- what was seen at all: a simulation that never shows something proves nothing about it ---- */

enum sight {
#define SIGHT(name, text) SIGHT_##name,
#include "sights.def"
#undef SIGHT
  SIGHT_COUNT
};
void saw(enum sight sight);
uint64_t times_seen(enum sight sight);
const char *sight_text(enum sight sight);

#endif
