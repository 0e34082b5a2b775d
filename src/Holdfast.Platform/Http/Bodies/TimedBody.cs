using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>
/// A body with a deadline. Any failure to read it is the caller's fault: it throws <see cref="BadHttpRequestException"/>, 408 or 400, never
/// an I/O error that could be taken for the database's. The connection is then closed, because nobody knows where the next request would
/// begin on it.
/// </summary>
internal sealed class TimedBody : IDisposable
{
    private readonly HttpContext _http;
    private readonly PipeReader _reader;
    private readonly CancellationTokenSource _end;

    public TimedBody(HttpContext http, TimeSpan within)
    {
        (_http, _reader) = (http, http.Request.BodyReader);
        _end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        _end.CancelAfter(within);
    }

    public async ValueTask<ReadResult> ReadAsync()
    {
        try
        {
            return await _reader.ReadAsync(_end.Token);
        }
        catch (OperationCanceledException e) when (!_http.RequestAborted.IsCancellationRequested)
        {
            throw Bad("The body did not arrive in time.", StatusCodes.Status408RequestTimeout, e);
        }
        catch (BadHttpRequestException)
        {
            Close();
            throw;
        }
        catch (IOException e) when (!_http.RequestAborted.IsCancellationRequested)
        {
            throw Bad("The body cannot be read.", StatusCodes.Status400BadRequest, e);
        }
    }

    public void Dispose() => _end.Dispose();

    private BadHttpRequestException Bad(string message, int status, Exception inner)
    {
        Close();
        return new BadHttpRequestException(message, status, inner);
    }

    private void Close() => _http.Response.Headers.Connection = "close";
}
