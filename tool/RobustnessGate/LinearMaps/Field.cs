namespace RobustnessGate.LinearMaps;

/// <summary>
/// Which rows and columns of an image a unit sees: unit i of a dimension those from Start + i·Jump on, Size of them, also
/// where they lie outside the image.
/// </summary>
internal sealed record Field(Field.Span Rows, Field.Span Columns)
{
    /// <summary>Of the image itself.</summary>
    public static readonly Field Pixel = new(new Span(0, 1, 1), new(0, 1, 1));

    /// <summary>What units see that see some of these each.</summary>
    public Field Through(long[] kernel, long[] strides, long[] padding, long[] dilations) => new(
        Rows.Through(kernel[0], strides[0], padding[0], dilations[0]), Columns.Through(kernel[1], strides[1], padding[1], dilations[1]));

    /// <summary>What units see that see both; null where the two move at different paces.</summary>
    public Field? With(Field other) => Rows.With(other.Rows) is { } rows && Columns.With(other.Columns) is { } columns ? new(rows, columns) : null;

    /// <param name="Start">Of unit 0.</param>
    public sealed record Span(long Start, long Size, long Jump)
    {
        public Span Through(long kernel, long stride, long padding, long dilation) =>
            new(Start - (padding * Jump), Size + ((kernel - 1) * dilation * Jump), Jump * stride);

        public Span? With(Span other) => Jump != other.Jump ? null
            : new(Math.Min(Start, other.Start), Math.Max(Start + Size, other.Start + other.Size) - Math.Min(Start, other.Start), Jump);

        /// <summary>
        /// Colours for the places of a line so that a unit sees each colour once at most. Far apart, places share one.
        /// </summary>
        public long Colours(long length) => Math.Min(Size, length);

        /// <summary>The place of each colour that a unit sees; those outside the line are negative or beyond it.</summary>
        public IEnumerable<long> Places(long unit, long length)
        {
            var (first, count) = Size < length ? (Start + (unit * Jump), Size) : (0, length);
            return Enumerable.Range(0, (int)count).Select(colour => first + ((((colour - first) % count) + count) % count));
        }
    }
}
