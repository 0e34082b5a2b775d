using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Holdfast.Tests.Messaging;

/// <summary>What the meter <c>Holdfast.Messaging</c> has counted since, of all tests that run.</summary>
internal sealed class Metered : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, string Tag), long> _counted = new();

    public Metered()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Holdfast.Messaging")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _counted.AddOrUpdate((instrument.Name, tags.Length == 0 ? "" : $"{tags[0].Value}"), value,
            (_, before) => instrument.IsObservable ? value : before + value));
        _listener.Start();
    }

    /// <summary>A counter by the value of its tag, or a gauge.</summary>
    public long this[string name, string tag = ""]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _counted.GetValueOrDefault((name, tag));
        }
    }

    public void Dispose() => _listener.Dispose();
}
