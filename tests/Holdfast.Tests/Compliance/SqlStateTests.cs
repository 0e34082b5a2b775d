using Holdfast.Platform.Data;
using Npgsql;

namespace Holdfast.Tests.Compliance;

/// <summary>What each SQLSTATE of PostgreSQL says about the database, and so what callers hear.</summary>
public sealed class SqlStateTests
{
    [Theory]
    [InlineData("53000", DbFault.NotNow)] // insufficient_resources
    [InlineData("53100", DbFault.NotNow)] // disk_full
    [InlineData("53200", DbFault.NotNow)] // out_of_memory
    [InlineData("53300", DbFault.NotNow)] // too_many_connections
    [InlineData("58000", DbFault.NotNow)] // system_error
    [InlineData("58030", DbFault.NotNow)] // io_error
    [InlineData("28000", DbFault.NotNow)] // invalid_authorization_specification
    [InlineData("28P01", DbFault.NotNow)] // invalid_password
    [InlineData("25006", DbFault.NotNow)] // read_only_sql_transaction
    [InlineData("57014", DbFault.NotNow)] // query_canceled
    [InlineData("57P01", DbFault.Lost)] // admin_shutdown
    [InlineData("57P02", DbFault.Lost)] // crash_shutdown
    [InlineData("57P03", DbFault.Lost)] // cannot_connect_now
    [InlineData("57P05", DbFault.Lost)] // idle_session_timeout
    [InlineData("25P03", DbFault.Lost)] // idle_in_transaction_session_timeout
    [InlineData("08006", DbFault.Lost)] // connection_failure
    [InlineData("40001", DbFault.Contention)] // serialization_failure
    [InlineData("40P01", DbFault.Contention)] // deadlock_detected
    [InlineData("55P03", DbFault.Contention)] // lock_not_available
    [InlineData("23505", DbFault.Taken)] // unique_violation
    [InlineData("23514", DbFault.Other)] // check_violation
    [InlineData("23503", DbFault.Other)] // foreign_key_violation
    [InlineData("22021", DbFault.Value)] // character_not_in_repertoire
    [InlineData("22003", DbFault.Value)] // numeric_value_out_of_range
    [InlineData("25P02", DbFault.Other)] // in_failed_sql_transaction
    [InlineData("42P01", DbFault.Other)] // undefined_table
    [InlineData("XX000", DbFault.Other)] // internal_error
    public async Task Each_has_its_meaning_however_deep_it_lies(string state, DbFault fault)
    {
        await using var db = Db.Open("postgres://nobody@127.0.0.1:1/nowhere");
        var e = new PostgresException("as the server says it", "ERROR", "ERROR", state);
        Assert.Equal(fault, db.FaultOf(e));
        Assert.Equal(fault, db.FaultOf(new NpgsqlException("around it", new InvalidOperationException("around that", e))));
        Assert.Equal(fault is DbFault.NotNow or DbFault.Lost or DbFault.Contention, db.IsUnavailable(e));
    }
}
