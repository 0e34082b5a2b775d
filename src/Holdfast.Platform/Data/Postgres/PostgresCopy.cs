using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>Rows in PostgreSQL's binary COPY format (the manual's page on COPY, "Binary Format").</summary>
internal static class PostgresCopy
{
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    // Signature, flags, length of the header's extension.
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xff, .. "\r\n"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    // A lone surrogate must fail here, not become a question mark.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // A batch's bytes are too large for the young generation: allocated for each batch, they would cost a full collection every few
    // batches.
    private const int MaxPooled = 8;
    private const int MaxPooledBytes = 4 * 1024 * 1024;
    private static readonly ConcurrentBag<ArrayBufferWriter<byte>> Pool = [];

    /// <summary>Returns the rows' bytes in a buffer that <see cref="SendAsync"/> takes back.</summary>
    public static ArrayBufferWriter<byte> Encode(RowSet rows)
    {
        var buffer = Pool.TryTake(out var pooled) ? pooled : new ArrayBufferWriter<byte>(256 * 1024);
        buffer.Write(Header);
        for (var r = 0; r < rows.Count; r++)
        {
            Short(buffer, (short)rows.Columns.Count);
            for (var c = 0; c < rows.Columns.Count; c++)
            {
                Field(buffer, rows.Columns[c].Type, rows.Values[c], r);
            }
        }

        Short(buffer, -1);
        return buffer;
    }

    public static async Task SendAsync(NpgsqlConnection connection, RowSet rows, ArrayBufferWriter<byte> data)
    {
        var sql = $"COPY {rows.Table} ({string.Join(", ", rows.Columns.Select(c => c.Name))}) FROM STDIN (FORMAT BINARY)";
        await using (var copy = await connection.BeginRawBinaryCopyAsync(sql))
        {
            await copy.WriteAsync(data.WrittenMemory);
        }

        Return(data);
    }

    private static void Return(ArrayBufferWriter<byte> buffer)
    {
        if (Pool.Count < MaxPooled && buffer.Capacity <= MaxPooledBytes)
        {
            buffer.ResetWrittenCount();
            Pool.Add(buffer);
        }
    }

    private static void Field(ArrayBufferWriter<byte> buffer, ColumnType type, System.Collections.IList values, int row)
    {
        switch (type)
        {
            case ColumnType.Uuid when ((List<Guid?>)values)[row] is { } uuid:
                Length(buffer, 16);
                uuid.TryWriteBytes(buffer.GetSpan(16), bigEndian: true, out _);
                buffer.Advance(16);
                break;
            case ColumnType.Text when ((List<string?>)values)[row] is { } text:
                var bytes = Utf8.GetByteCount(text);
                Length(buffer, bytes);
                buffer.Advance(Utf8.GetBytes(text, buffer.GetSpan(bytes)));
                break;
            case ColumnType.Int when ((List<int?>)values)[row] is { } number:
                Length(buffer, 4);
                Length(buffer, number);
                break;
            case ColumnType.Long when ((List<long?>)values)[row] is { } number:
                Length(buffer, 8);
                Long(buffer, number);
                break;
            case ColumnType.Bool when ((List<bool?>)values)[row] is { } flag:
                Length(buffer, 1);
                buffer.Write([flag ? (byte)1 : (byte)0]);
                break;
            case ColumnType.Bytes when ((List<byte[]?>)values)[row] is { } blob:
                Length(buffer, blob.Length);
                buffer.Write(blob);
                break;
            case ColumnType.Time when ((List<DateTime?>)values)[row] is { } time:
                Length(buffer, 8);
                Long(buffer, (time.Ticks - Epoch.Ticks) / 10);
                break;
            default:
                Length(buffer, -1);
                break;
        }
    }

    private static void Short(ArrayBufferWriter<byte> buffer, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.GetSpan(2), value);
        buffer.Advance(2);
    }

    private static void Length(ArrayBufferWriter<byte> buffer, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private static void Long(ArrayBufferWriter<byte> buffer, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }
}
