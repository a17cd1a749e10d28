/* What supervisor and agents say to each other over the wire; a payload is JSON but where it says otherwise. */
#ifndef FL_FARM_MESSAGES_H
#define FL_FARM_MESSAGES_H

#include "farm/crew.h"
#include "farm/farm.h"

enum fl_farm_message_kind {
    FL_FARM_WELCOME = 1, /* supervisor: limits, and a trial of every kind that will be given out */
    FL_FARM_READY,       /* agent: its workers, the checksums of its data sets, the facts of its machine; or why not */
    FL_FARM_TRIAL,       /* supervisor: a slot and its trial, under a number */
    FL_FARM_OUTCOME,     /* agent: how that ended */
    FL_FARM_CHECKPOINT,  /* both: the state of the trial of that number, the bytes of its file */
    FL_FARM_NOTE,        /* agent: something for the user */
    FL_FARM_BEAT,        /* both: nothing but that they are there */
    FL_FARM_FORGET,      /* supervisor: give up the task of that number; 0: all that you have */
    FL_FARM_LEAVE,       /* supervisor: save what you can and say when you have */
    FL_FARM_GONE,        /* agent: it has */
    FL_FARM_WANT,        /* agent: a data set that is not there, by its name */
    FL_FARM_DATA,        /* supervisor: one of its files, by its number in `step`, as its bytes */
    FL_FARM_CARRY, /* anybody: from place `step` of the group of that number, to who has a worker in it; its bytes */
    FL_FARM_STOP,  /* supervisor: it is over; {"then": "finish", "wait" or "exit"} (farm/agent.h) */
};

enum { FL_FARM_BEAT_SECONDS = 1, FL_FARM_WIRE_TICK_MS = 5 };

/* Send a JSON payload; the reference is taken. `number` as in fl_farm_task; 0: about no task. */
void fl_farm_message_send(fl_wire *wire, int to, uint64_t kind, uint64_t number, json_t *payload);

/* The payload, or NULL when it is none. New reference. */
json_t *fl_farm_message_payload(const fl_wire_message *message);

/* A trial with everything another process needs to know it. New reference. */
json_t *fl_farm_message_trial(const fl_trial *trial);

/* Whom a trial is carried with, of the task it is given in; null: nobody. New reference. */
json_t *fl_farm_message_group(const fl_farm_group *group);
bool fl_farm_message_read_group(const json_t *value, fl_farm_group *group, fl_error *error);

/* What a worker sends another of its group, on to that one's process; and from there to it. */
void fl_farm_message_carry(fl_wire *wire, const fl_farm_group *group, const fl_wire_frame *frame);
void fl_farm_message_deliver(fl_farm_crew *crew, const fl_wire_message *message);

/* The state of a task as its file has it; nothing is sent where there is none. */
void fl_farm_message_send_checkpoint(fl_wire *wire, int to, uint64_t number, const char *path);

#endif
