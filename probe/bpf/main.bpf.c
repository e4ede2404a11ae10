/*
 * The kernel side of the probe, one translation unit. It turns finished system calls and other happenings in the kernel
 * into events in the wire form of capture files, and puts them into ring buffers. What is reported is the loader's choice:
 * it loads, attaches and registers only the programs that are needed.
 */
#include "types.h"
#include "bpf_api.h"
#include "kernel_types.h"
#include "layout.h"
#include "event_types.h"
#include "maps.h"
#include "event.h"
#include "call.h"
#include "dispatch.h"
#include "events/process.h"
#include "events/ids.h"
#include "events/file.h"
#include "events/path.h"
#include "events/io.h"
#include "events/socket.h"
#include "events/memory.h"
#include "events/signal.h"
#include "events/system.h"
#include "events/io_uring.h"
#include "events/enter.h"
#include "events/tracepoint.h"

/* Helpers that read memory are only for programs under a licence that the kernel accepts. */
char LICENSE[] SECTION("license") = "Dual BSD/GPL";
