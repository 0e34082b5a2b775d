using System.Data.Common;

namespace Holdfast.Platform.Data;

internal enum WriteKind
{
    None,
    Insert,
    Change,
}
