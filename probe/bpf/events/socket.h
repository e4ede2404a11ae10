/* Sockets. */
#ifndef EVENTS_SOCKET_H
#define EVENTS_SOCKET_H

#include "../read_data.h"

NETWORK_CALL(socket, SOCKET_SOCKET_X)
{
	u64 flags = net_arg(c, 1);

	put_s64(e, c->ret);
	put_u32(e, net_arg(c, 0));
	put_u32(e, flags);
	put_u32(e, net_arg(c, 2));
	put_u32(e, WHEN(04000, PPM_O_NONBLOCK) | WHEN(02000000, PPM_O_CLOEXEC));
}

NETWORK_CALL(socketpair, SOCKET_SOCKETPAIR_X)
{
	struct sock *sk = NULL;
	u64 peer = 0;

	put_s64(e, c->ret);
	if (c->ret == 0) {
		s32 first = READ_USER(s32, net_arg(c, 3));

		put_s64(e, first);
		put_s64(e, READ_USER(s32, net_arg(c, 3) + 4));
		sk = socket_of(c->task, first);
		peer = sk && READ(sk, __sk_common.skc_family) == AF_UNIX ? (u64)READ((struct unix_sock *)sk, peer) : 0;
	} else {
		put_s64(e, -1);
		put_s64(e, -1);
	}
	put_u64(e, disguised((u64)sk, e->control->secret));
	put_u64(e, disguised(peer, e->control->secret));
	put_u32(e, net_arg(c, 0));
	put_u32(e, net_arg(c, 1));
	put_u32(e, net_arg(c, 2));
}

NETWORK_CALL(bind, SOCKET_BIND_X)
{
	put_s64(e, c->ret);
	put_address(e, net_arg(c, 1), (u32)net_arg(c, 2));
	put_fd(e, net_arg(c, 0));
}

#define EINPROGRESS 115

NETWORK_CALL_OF_KIND(connect, SOCKET_CONNECT_X, LOSS_CONNECT)
{
	u64 user = net_arg(c, 1);

	put_s64(e, c->ret);
	if (c->ret == 0 || c->ret == -EINPROGRESS)
		put_tuple(e, socket_of(c->task, (s32)net_arg(c, 0)), OUTBOUND, user);
	else
		put_empty(e);
	put_fd(e, net_arg(c, 0));
	put_address(e, user, (u32)net_arg(c, 2));
}

NETWORK_CALL(listen, SOCKET_LISTEN_X)
{
	put_s64(e, c->ret);
	put_fd(e, net_arg(c, 0));
	put_s32(e, net_arg(c, 1));
}

/* The new connection, and how full the queue of the listening socket is. */
INLINE void put_accepted(struct call *c, struct event *e)
{
	struct sock *listening = socket_of(c->task, (s32)net_arg(c, 0));
	u32 len = 0, max = 0;

	put_s64(e, c->ret);
	if (c->ret >= 0)
		put_tuple(e, socket_of(c->task, c->ret), INBOUND, 0);
	else
		put_empty(e);
	if (listening) {
		len = READ(listening, sk_ack_backlog);
		max = READ(listening, sk_max_ack_backlog);
	}
	put_u8(e, len && max ? (u64)len * 100 / max : 0);
	put_u32(e, len);
	put_u32(e, max);
}

NETWORK_CALL(accept, SOCKET_ACCEPT_5_X)
{
	put_accepted(c, e);
}

NETWORK_CALL(accept4, SOCKET_ACCEPT4_6_X)
{
	put_accepted(c, e);
	put_s32(e, net_arg(c, 3));
}

NETWORK_CALL(shutdown, SOCKET_SHUTDOWN_X)
{
	u32 how = net_arg(c, 1);

	put_s64(e, c->ret);
	put_fd(e, net_arg(c, 0));
	put_u8(e, how <= 2 ? how : (u8)PPM_SHUT_UNKNOWN);
}

NETWORK_CALL(getsockname, SOCKET_GETSOCKNAME_X)
{
}

NETWORK_CALL(getpeername, SOCKET_GETPEERNAME_X)
{
}

/* Both ends, as data moves on the socket; only when the call succeeded. */
INLINE void put_used_tuple(struct call *c, struct event *e, u64 fd, enum direction direction, u64 user)
{
	if (c->ret >= 0)
		put_tuple(e, socket_of(c->task, (s32)fd), direction, user);
	else
		put_empty(e);
}

NETWORK_CALL(sendto, SOCKET_SENDTO_X)
{
	/* The operation `send` has no address behind its arguments. */
	u64 user = c->packed && (u32)arg(c, 0) == 9 ? 0 : net_arg(c, 4);

	put_s64(e, c->ret);
	put_written_data(c, e, net_arg(c, 1), net_arg(c, 2));
	put_fd(e, net_arg(c, 0));
	put_u32(e, net_arg(c, 2));
	put_used_tuple(c, e, net_arg(c, 0), OUTBOUND, user);
}

NETWORK_CALL(recvfrom, SOCKET_RECVFROM_X)
{
	u64 user = c->packed && (u32)arg(c, 0) == 10 ? 0 : net_arg(c, 4);

	put_s64(e, c->ret);
	put_read_data(c, e, net_arg(c, 1));
	put_used_tuple(c, e, net_arg(c, 0), INBOUND, user);
	put_fd(e, net_arg(c, 0));
	put_u32(e, net_arg(c, 2));
}

NETWORK_CALL(sendmsg, SOCKET_SENDMSG_X)
{
	struct message m = message_at(c->compat, net_arg(c, 1));
	u64 all = vectors_size(m.vectors, m.count, c->compat);

	put_s64(e, c->ret);
	put_vectors(c, e, m.vectors, m.count, c->ret > 0 ? c->ret : all);
	put_fd(e, net_arg(c, 0));
	put_u32(e, all);
	put_used_tuple(c, e, net_arg(c, 0), OUTBOUND, m.name);
}

NETWORK_CALL(recvmsg, SOCKET_RECVMSG_X)
{
	struct message m = message_at(c->compat, net_arg(c, 1));

	put_s64(e, c->ret);
	put_u32(e, c->ret > 0 ? c->ret : 0);
	put_vectors(c, e, m.vectors, m.count, c->ret > 0 ? c->ret : 0);
	put_used_tuple(c, e, net_arg(c, 0), INBOUND, m.name);
	put_user_bytes(e, m.control, c->ret >= 0 ? recorded(e, m.control_size) : 0);
	put_fd(e, net_arg(c, 0));
}

#define MESSAGES 16

/*
 * sendmmsg and recvmmsg give one event per message; the first stands for a call that failed. The body fills the event of
 * one message: `result` is what goes first, `len` how many bytes went.
 */
#define MESSAGES_CALL(name, type)                                                                                      \
	INLINE void fill_##name(struct call *c, struct event *e, u32 fd, struct message *m, s64 result, u64 len);      \
	/* `how` has the descriptor in its lower half, and whether the call has 32 bits above. */                      \
	SUBPROGRAM int send_##name(u64 address, u64 how, s64 ret)                                                      \
	{                                                                                                              \
		struct call c = { .task = current_task(), .ret = ret, .compat = how >> 32 };                           \
		struct message m;                                                                                      \
		u32 len;                                                                                               \
		if (!call_event(&c, EVT_##type, EVT_##type##_NPARAMS, LOSS_OTHER))                                     \
			return 0;                                                                                      \
		m = message_at(c.compat, address);                                                                     \
		len = READ_USER(u32, address + (c.compat ? 28 : 56));                                                  \
		fill_##name(&c, &c.event, how, &m, ret > 0 ? (s64)len : ret, ret > 0 ? len : 0);                       \
		event_send(&c.event);                                                                                  \
		return 0;                                                                                              \
	}                                                                                                              \
	ON_SYSCALL_EXIT int sys_##name(void *ctx)                                                                      \
	{                                                                                                              \
		struct call c = {};                                                                                    \
		u64 address, how;                                                                                      \
		if (!call_begin(&c, ctx, EVT_##type, true))                                                            \
			return 0;                                                                                      \
		address = net_arg(&c, 1);                                                                              \
		how = (u32)net_arg(&c, 0) | (u64)c.compat << 32;                                                       \
		LOOP (u32 i = 0; i < MESSAGES; i++) {                                                                  \
			if (i && (c.ret <= 0 || i >= c.ret))                                                           \
				break;                                                                                 \
			send_##name(address + i * (c.compat ? 32 : 64), how, c.ret);                                   \
		}                                                                                                      \
		return 0;                                                                                              \
	}                                                                                                              \
	INLINE void fill_##name(struct call *c, struct event *e, u32 fd, struct message *m, s64 result, u64 len)

MESSAGES_CALL(sendmmsg, SOCKET_SENDMMSG_X)
{
	u64 all = vectors_size(m->vectors, m->count, c->compat);

	put_s64(e, result);
	put_fd(e, fd);
	put_u32(e, all);
	put_vectors(c, e, m->vectors, m->count, c->ret > 0 ? len : all);
	put_used_tuple(c, e, fd, OUTBOUND, m->name);
}

MESSAGES_CALL(recvmmsg, SOCKET_RECVMMSG_X)
{
	put_s64(e, result);
	put_fd(e, fd);
	put_u32(e, len);
	put_vectors(c, e, m->vectors, m->count, len);
	put_used_tuple(c, e, fd, INBOUND, m->name);
	put_user_bytes(e, m->control, c->ret > 0 ? recorded(e, m->control_size) : 0);
}

/* The value of an option, in the form that its name calls for. */
INLINE void put_option(struct call *c, struct event *e, u32 level, u32 option, u64 address, u32 size)
{
	if (!address || !size) {
		put_empty(e);
		return;
	}
	if (level == 1) {
		switch (option) {
		case 4: /* SO_ERROR */
			put_dynamic_u64(e, PPM_SOCKOPT_IDX_ERRNO, -(s64)READ_USER(s32, address));
			return;
		case 20: /* SO_RCVTIMEO */
		case 21: /* SO_SNDTIMEO */
		case 66:
		case 67: {
			u64 seconds, micros;

			if (c->compat && option < 60) {
				seconds = READ_USER(s32, address);
				micros = READ_USER(s32, address + 4);
			} else {
				seconds = READ_USER(s64, address);
				micros = READ_USER(s64, address + 8);
			}
			put_dynamic_u64(e, PPM_SOCKOPT_IDX_TIMEVAL, seconds * 1000000000ULL + micros * 1000);
			return;
		}
		case 57: /* SO_COOKIE */
			put_dynamic_u64(e, PPM_SOCKOPT_IDX_UINT64, READ_USER(u64, address));
			return;
		case 1 ... 3: /* numbers */
		case 5 ... 12:
		case 14 ... 16:
		case 18 ... 19:
		case 29 ... 30:
		case 32 ... 49:
			put_dynamic_u32(e, PPM_SOCKOPT_IDX_UINT32, READ_USER(u32, address));
			return;
		}
	}
	*event_end(e) = PPM_SOCKOPT_IDX_UNKNOWN;
	e->len++;
	put_user_bytes(e, address, recorded(e, size));
	/* The byte that names the type belongs to the parameter. */
	*(u16 *)&e->data[LENGTHS + 2 * ((e->index - 1) & (PPM_MAX_EVENT_PARAMS - 1))] += 1;
}

NETWORK_CALL(setsockopt, SOCKET_SETSOCKOPT_X)
{
	u32 level = net_arg(c, 1), option = net_arg(c, 2), size = net_arg(c, 4);

	put_s64(e, c->ret);
	put_fd(e, net_arg(c, 0));
	put_u8(e, sockopt_level(level));
	put_u8(e, sockopt_option(level, option));
	put_option(c, e, level, option, net_arg(c, 3), size);
	put_u32(e, size);
}

NETWORK_CALL(getsockopt, SOCKET_GETSOCKOPT_X)
{
	u32 level = net_arg(c, 1), option = net_arg(c, 2), size = READ_USER(u32, net_arg(c, 4));

	put_s64(e, c->ret);
	put_fd(e, net_arg(c, 0));
	put_u8(e, sockopt_level(level));
	put_u8(e, sockopt_option(level, option));
	put_option(c, e, level, option, net_arg(c, 3), size);
	put_u32(e, size);
}

#endif
