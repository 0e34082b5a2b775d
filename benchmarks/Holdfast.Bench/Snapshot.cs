using Npgsql;

namespace Holdfast.Bench;

/// <summary>
/// Puts a PostgreSQL database back to where the shop was opened, so that every run starts from the same state, while its server goes on
/// running.
/// </summary>
internal static class Snapshot
{
    private const int Attempts = 10;

    /// <summary>Copies every table's rows to a schema beside them.</summary>
    public static Task TakeAsync(Cluster cluster, string database) => cluster.ExecuteAsync(database, """
        CREATE SCHEMA snapshot;
        DO $$ DECLARE name text; BEGIN
          FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TABLE snapshot.%I AS TABLE public.%I', name, name);
          END LOOP;
        END $$;
        """);

    /// <summary>
    /// Empties every table, brings the copied rows back, and writes everything to disk, so that no run pays for the one before. Who gets
    /// events stays: the servers that run have said so when they started.
    /// </summary>
    public static async Task RestoreAsync(Cluster cluster, string database)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await cluster.ExecuteAsync(database, """
                    SET session_replication_role = replica;
                    DO $$ DECLARE name text; columns text; names text; BEGIN
                      SELECT string_agg(format('public.%I', tablename), ', ') INTO names FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'lanes';
                      EXECUTE 'TRUNCATE ' || names;
                      FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'snapshot' AND tablename <> 'lanes' LOOP
                        SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
                          WHERE attrelid = format('public.%I', name)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
                        EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM snapshot.%I', name, columns, columns, name);
                      END LOOP;
                    END $$;
                    """);
                break;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < Attempts)
            {
                // The relay of a running server was at work.
                await Task.Delay(200);
            }
        }

        // Only what has rows: of an empty table the planner would believe that it stays empty, and read it whole while it grows.
        var filled = await cluster.ScalarAsync<string>(database, """
            SELECT string_agg(format('public.%I', relname), ', ') FROM pg_class
            WHERE relnamespace = 'snapshot'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
            """);
        await cluster.ExecuteAsync(database, $"VACUUM ANALYZE {filled}");
        await cluster.ExecuteAsync(database, "CHECKPOINT");
    }
}
