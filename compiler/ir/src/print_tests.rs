//! A program and a condition as text.

use expect_test::expect;

use super::*;
use crate::testing::RandomProgram;

#[test]
fn a_program_as_text() {
    let random = RandomProgram::new(40);
    expect![[r#"
        source 0 = "syscall"
        import 0 = random.port0: PORT DEC from syscall
        import 1 = random.ip0: IPADDR DEC from syscall
        import 2 = random.text0: CHARBUF DEC from syscall
        import 3 = random.cpu0: DOUBLE DEC from syscall
        const 0 = address 2001:4860::8888
        const 1 = address ::1
        const 2 = address 192.168.1.7
        const 3 = float 1
        const 4 = float 2
        const 5 = float 1000
        const 6 = unsigned 1
        const 7 = unsigned 65535
        const 8 = unsigned 1000
        const 9 = unsigned 443
        slot 0 = import 0: PORT
        slot 1 = import 1: IPADDR
        slot 2 = import 2: CHARBUF
        slot 3 = import 3: DOUBLE
        slot 4 = len(2): UINT64
        expr 0 = check slot 1: random.ip0 exists
        expr 1 = check slot 1: random.ip0 intersects (2001:4860::8888, ::1)
        expr 2 = check slot 3: random.cpu0 exists
        expr 3 = check slot 1: random.ip0 in (192.168.1.7, 192.168.1.7, ::1, 2001:4860::8888)
        expr 4 = check slot 3: random.cpu0 = 1
        expr 5 = check slot 1: random.ip0 = 2001:4860::8888
        expr 6 = check slot 3: random.cpu0 in (2, 1000)
        expr 7 = check slot 3: random.cpu0 > 1
        expr 8 = check slot 4: len(random.text0) <= 1
        expr 9 = check slot 4: len(random.text0) in (65535, 1000, 443)
        expr 10 = not 0
        expr 11 = and(6 1 8)
        expr 12 = and(5 2 4)
        expr 13 = and(2 8 11 9)
        expr 14 = false
        expr 15 = not 7
        expr 16 = and(3 15 0)
        expr 17 = and(5 9 3)
        expr 18 = and(6 12 2 14)
        rule 0 = "rule 0": Debug from syscall
            description "made by chance"
            tags 
            condition 17
            events 1,3,453
            output "value " %random.text0
            field "shown" = random.text0
            capture for 574 ms
        rule 1 = "rule 1": Informational from syscall
            description "made by chance"
            tags 
            condition 13
            events 0-453
            output "value " %random.text0
            field "shown" = random.text0
            capture for 149 ms
        rule 2 = "rule 2": Alert from syscall
            description "made by chance"
            tags 
            condition 13
            events 0-1,3,200
            output "value " %random.cpu0
            field "shown" = random.cpu0
        rule 3 = "rule 3": Debug from syscall
            description "made by chance"
            tags tag0 tag1
            condition 1
            events 200
            output "value " %random.text0
            field "shown" = random.text0
        rule 4 = "rule 4": Notice from syscall
            description "made by chance"
            tags 
            condition 14
            events 0-453
            output "value " %random.text0
            field "shown" = random.text0
        rule 5 = "rule 5": Warning from syscall
            description "made by chance"
            tags 
            condition 5
            events 0-453
            output "value " %random.text0
            field "shown" = random.text0
        rule 6 = "rule 6": Error from syscall
            description "made by chance"
            tags 
            condition 14
            events 1,3,200,453
            output "value " %len(random.text0)
            field "shown" = len(random.text0)
        rule 7 = "rule 7": Error from syscall
            description "made by chance"
            tags tag0
            condition 10
            events 0-453
            output "value " %random.text0
            field "shown" = random.text0
        order = 1 0 6 3 5 4 7
    "#]]
    .assert_eq(&program(&random.program));
}

#[test]
fn shared_nodes_do_not_explode() {
    let mut builder = crate::ProgramBuilder::new();
    let mut root = builder.expr(Expr::Const(true));
    for _ in 0..DEPTH * 2 {
        let child = builder.expr(Expr::Not(root));
        root = builder.expr(Expr::And([child; 9].into()));
    }
    let text = condition(&builder.finish(vec![]), root);
    assert!(text.len() < LONGEST + 8 && text.ends_with('…'));
}

#[test]
fn conditions_read_like_rules() {
    let random = RandomProgram::new(40);
    let root = random.program.rules[0].condition;
    expect!["(random.ip0 = 2001:4860::8888 and len(random.text0) in (65535, 1000, 443) and random.ip0 in (192.168.1.7, 192.168.1.7, ::1, 2001:4860::8888))"].assert_eq(&condition(&random.program, root));
}
