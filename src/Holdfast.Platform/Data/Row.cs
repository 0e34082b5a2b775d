using System.Data.Common;
using System.Globalization;
using Holdfast.Platform.Data.Sqlite;

namespace Holdfast.Platform.Data;

/// <summary>One row of a result, read by column position; hides how each database stores ids, times and booleans.</summary>
public readonly struct Row
{
    private readonly DbDataReader _reader;
    private readonly bool _sqlite;

    internal Row(DbDataReader reader, bool sqlite) => (_reader, _sqlite) = (reader, sqlite);

    public bool IsNull(int i) => _reader.IsDBNull(i);

    public Guid Uuid(int i) => _sqlite ? Guid.ParseExact(_reader.GetString(i), "D") : _reader.GetGuid(i);

    public Guid? UuidOrNull(int i) => IsNull(i) ? null : Uuid(i);

    public string Text(int i) => _reader.GetString(i);

    public string? TextOrNull(int i) => IsNull(i) ? null : Text(i);

    public int Int(int i) => _sqlite ? checked((int)_reader.GetInt64(i)) : _reader.GetInt32(i);

    public int? IntOrNull(int i) => IsNull(i) ? null : Int(i);

    /// <summary>A 64-bit integer; PostgreSQL's <c>numeric</c> sums of bigint are accepted, too.</summary>
    public long Long(int i) => _reader.GetValue(i) switch
    {
        long l => l,
        int n => n,
        short s => s,
        decimal d => decimal.ToInt64(d),
        var other => Convert.ToInt64(other, CultureInfo.InvariantCulture),
    };

    public long? LongOrNull(int i) => IsNull(i) ? null : Long(i);

    public bool Bool(int i) => _sqlite ? _reader.GetInt64(i) != 0 : _reader.GetBoolean(i);

    public byte[] Bytes(int i) => (byte[])_reader.GetValue(i);

    public byte[]? BytesOrNull(int i) => IsNull(i) ? null : Bytes(i);

    /// <summary>A UTC time, to the microsecond.</summary>
    public DateTime Time(int i) => _sqlite ? SqliteDb.FromMicroseconds(_reader.GetInt64(i))
        : DateTime.SpecifyKind(_reader.GetDateTime(i), DateTimeKind.Utc);

    public DateTime? TimeOrNull(int i) => IsNull(i) ? null : Time(i);

    /// <summary>The value of any column as a .NET type, for diagnostics.</summary>
    internal object? Any(int i) => IsNull(i) ? null : _reader.GetValue(i);

    internal int Count => _reader.FieldCount;

    internal string Name(int i) => _reader.GetName(i);
}
