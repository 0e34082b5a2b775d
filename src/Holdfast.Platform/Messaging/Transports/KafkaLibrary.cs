using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Holdfast.Platform.Messaging;

/// <summary>Kafka's client runs on the system's librdkafka (Debian: librdkafka1): our package of it has the managed part only.</summary>
internal static class KafkaLibrary
{
    private static readonly Lock Gate = new();
    private static bool _isReady;

    /// <summary>Says where the native library is. Throws where there is none.</summary>
    public static void Prepare()
    {
        lock (Gate)
        {
            if (!_isReady)
            {
                NativeLibrary.SetDllImportResolver(typeof(ProducerConfig).Assembly, Resolve);
                _isReady = true;
            }
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.Contains("librdkafka", StringComparison.Ordinal) ? Load("librdkafka.so.1", "librdkafka.dylib", "librdkafka")
        : name == "libdl" ? Load("libdl.so.2")
        : IntPtr.Zero;

    private static IntPtr Load(params string[] names)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
            {
                return handle;
            }
        }

        return IntPtr.Zero;
    }
}
