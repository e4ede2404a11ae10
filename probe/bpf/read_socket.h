/* Sockets: addresses in user memory, and both ends of a connection. */
#ifndef READ_SOCKET_H
#define READ_SOCKET_H

#include "read_file.h"

/* Families, the same in the kernel and in events. */
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10

#define UNIX_PATH_LIMIT 108

/* A socket address as user space gives it. */
union user_address {
	u16 family;
	struct {
		u16 family;
		char path[UNIX_PATH_LIMIT];
	} local;
	struct {
		u16 family, port;
		u32 ip;
	} inet;
	struct {
		u16 family, port;
		u32 flow;
		u8 ip[16];
	} inet6;
};

#define SWAP16(x) __builtin_bswap16(x)

/* The socket of a descriptor; null when it is none. */
INLINE struct sock *socket_of(struct task_struct *task, s64 fd)
{
	struct file *file = file_of(task, fd);
	struct inode *inode = file ? READ(file, f_inode) : NULL;
	struct socket *socket;

	if (!inode || (READ(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = READ(file, private_data);
	return socket ? READ(socket, sk) : NULL;
}

/* A kernel address with which both ends of a local connection can be matched, but nothing found in the kernel. */
INLINE u64 disguised(u64 address, u64 secret)
{
	if (!address)
		return 0;
	address ^= secret;
	address ^= address >> 33;
	address *= 0xff51afd7ed558ccdULL;
	address ^= address >> 33;
	address *= 0xc4ceb9fe1a85ec53ULL;
	return address ^ (address >> 33);
}

/*
 * Writes a user address in the form of events at `to`, which has room for 256 bytes; its size. Families without a form
 * and unreadable addresses give 0.
 */
SUBPROGRAM u32 write_address(u32 at, u64 user, u64 length)
{
	struct scratch *scratch = own_scratch();
	union user_address address = {};
	u32 size = AT_MOST(length, sizeof(address));
	u8 *to;

	if (!scratch || !user || length < 2)
		return 0;
	to = &scratch->data[at & EVENT_MASK];
	size &= 127;
	if (size > sizeof(address) || bpf_probe_read_user(&address, size, (void *)user))
		return 0;
	switch (address.family) {
	case AF_INET:
		to[0] = AF_INET;
		*(u32 *)&to[1] = address.inet.ip;
		*(u16 *)&to[5] = SWAP16(address.inet.port);
		return 7;
	case AF_INET6:
		to[0] = AF_INET6;
		__builtin_memcpy(&to[1], address.inet6.ip, 16);
		*(u16 *)&to[17] = SWAP16(address.inet6.port);
		return 19;
	case AF_UNIX: {
		u32 start = address.local.path[0] ? 0 : 1;
		long n;

		to[0] = AF_UNIX;
		if (size <= 2) {
			/* An unnamed socket. */
			to[1] = 0;
			return 2;
		}
		n = bpf_probe_read_kernel_str(&to[1], UNIX_PATH_LIMIT + 1, &address.local.path[start]);
		return n > 0 ? 1 + ((u32)n & 127) : 0;
	}
	default:
		return 0;
	}
}

INLINE void put_address(struct event *e, u64 user, u64 length)
{
	put_written(e, write_address(e->len, user, length) & 255);
}

enum direction { OUTBOUND, INBOUND };

/*
 * Writes both ends of a socket at `at`: local end first when the data goes out. Where the kernel has no remote end, as
 * for datagrams, it is the user address.
 */
SUBPROGRAM u32 write_tuple(u32 at, u64 socket, u32 direction, u64 user)
{
	struct scratch *scratch = own_scratch();
	struct sock *sk = (void *)socket;
	struct inet_sock *inet = (void *)sk;
	u32 zero = 0;
	struct control *settings = bpf_map_lookup_elem(&control, &zero);
	u8 *to;

	if (!scratch || !sk || !settings)
		return 0;
	to = &scratch->data[at & EVENT_MASK];
	switch (READ(sk, __sk_common.skc_family)) {
	case AF_INET: {
		u32 local = READ(inet, inet_saddr), remote = READ(sk, __sk_common.skc_daddr);
		u16 local_port = READ(inet, inet_sport), remote_port = READ(sk, __sk_common.skc_dport);

		if (!remote_port && user) {
			union user_address address = {};

			bpf_probe_read_user(&address, 16, (void *)user);
			if (address.family == AF_INET) {
				remote = address.inet.ip;
				remote_port = address.inet.port;
			}
		}
		to[0] = AF_INET;
		*(u32 *)&to[1] = direction == OUTBOUND ? local : remote;
		*(u16 *)&to[5] = SWAP16(direction == OUTBOUND ? local_port : remote_port);
		*(u32 *)&to[7] = direction == OUTBOUND ? remote : local;
		*(u16 *)&to[11] = SWAP16(direction == OUTBOUND ? remote_port : local_port);
		return 13;
	}
	case AF_INET6: {
		struct ipv6_pinfo *six = READ(inet, pinet6);
		struct in6_addr local = READ(six, saddr), remote = READ(sk, __sk_common.skc_v6_daddr);
		u16 local_port = READ(inet, inet_sport), remote_port = READ(sk, __sk_common.skc_dport);

		if (!remote_port && user) {
			union user_address address = {};

			bpf_probe_read_user(&address, 24, (void *)user);
			if (address.family == AF_INET6) {
				__builtin_memcpy(remote.bytes, address.inet6.ip, 16);
				remote_port = address.inet6.port;
			}
		}
		to[0] = AF_INET6;
		__builtin_memcpy(&to[1], direction == OUTBOUND ? local.bytes : remote.bytes, 16);
		*(u16 *)&to[17] = SWAP16(direction == OUTBOUND ? local_port : remote_port);
		__builtin_memcpy(&to[19], direction == OUTBOUND ? remote.bytes : local.bytes, 16);
		*(u16 *)&to[35] = SWAP16(direction == OUTBOUND ? remote_port : local_port);
		return 37;
	}
	case AF_UNIX: {
		struct unix_sock *own = (void *)sk, *peer = (void *)READ(own, peer);
		u64 near = disguised((u64)own, settings->secret), far = disguised((u64)peer, settings->secret);
		/* The named end: of an outgoing connection the other one. */
		struct unix_sock *named = direction == OUTBOUND ? peer : own;
		struct unix_address *name = named ? READ(named, addr) : NULL;
		char path[UNIX_PATH_LIMIT + 4] = {};
		long n = 0;

		to[0] = AF_UNIX;
		*(u64 *)&to[1] = direction == OUTBOUND ? far : near;
		*(u64 *)&to[9] = direction == OUTBOUND ? near : far;
		if (name) {
			u32 size = READ(name, len) - 2;

			if (size <= UNIX_PATH_LIMIT)
				bpf_probe_read_kernel(path, size & 127,
						      (void *)name + FIELD_OFFSET(struct unix_address, name) + 2);
		} else if (direction == OUTBOUND && !peer && user) {
			bpf_probe_read_user(path, UNIX_PATH_LIMIT, (void *)(user + 2));
		}
		n = bpf_probe_read_kernel_str(&to[17], UNIX_PATH_LIMIT + 1, path[0] ? path : path + 1);
		return 17 + (n > 0 ? (u32)n & 127 : 0);
	}
	default:
		return 0;
	}
}

INLINE void put_tuple(struct event *e, struct sock *sk, enum direction direction, u64 user)
{
	put_written(e, write_tuple(e->len, (u64)sk, direction, user) & 255);
}

#endif
