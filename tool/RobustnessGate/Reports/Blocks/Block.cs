using System.Collections.Immutable;

namespace RobustnessGate.Reports.Blocks;

/// <summary>A piece of a line. Whatever it holds is text from elsewhere to the writers: each makes it inert in its format.</summary>
internal abstract record Inline
{
    public static implicit operator Inline(string text) => new Plain(text);
}

/// <param name="Limit">Most characters that any format shows.</param>
internal sealed record Plain(string Text, int Limit = 300) : Inline;

internal sealed record Strong(string Text) : Inline;

/// <summary>A name, a hash, a file: text that is read character by character.</summary>
/// <param name="Limit">Most characters that any format shows.</param>
internal sealed record Mono(string Text, int Limit = 120) : Inline;

/// <summary>A share for the eye, beside the count that says the same; formats without pictures leave it out.</summary>
internal sealed record Meter(int Value, int Of) : Inline;

/// <summary>How much something matters; words or a symbol always say it as well.</summary>
internal enum Tone { Usual, Note, Warning, Error }

/// <summary>A part of a report, as every format has it.</summary>
internal abstract record Block;

internal sealed record Heading(string Text) : Block;

internal sealed record Paragraph(params ImmutableArray<Inline> Line) : Block;

/// <summary>A footnote to all of it.</summary>
internal sealed record Small(params ImmutableArray<Inline> Line) : Block;

internal sealed record Item(Tone Tone, params ImmutableArray<Inline> Line);

internal sealed record Bullets(ImmutableArray<Item> Items) : Block;

internal sealed record Column(string Title, bool Numeric = true);

internal sealed record Row(Tone Tone, params ImmutableArray<ImmutableArray<Inline>> Cells);

/// <param name="Rows">One cell for each column.</param>
internal sealed record Table(ImmutableArray<Column> Columns, ImmutableArray<Row> Rows) : Block
{
    /// <summary>Rows that a format shows which is read in passing (a comment); null for all.</summary>
    public int? Brief { get; init; }
}

/// <summary>A command to be typed as it stands.</summary>
internal sealed record Command(string Text) : Block;

internal sealed record Picture(ReportPicture Of) : Block;

/// <summary>What those read who want to know more; a page has room to show it open.</summary>
internal sealed record Fold(string Summary, ImmutableArray<Block> Blocks) : Block;

/// <summary>A report in no format yet.</summary>
internal sealed record Report(Headline Headline, ImmutableArray<Block> Blocks)
{
    private static readonly Paragraph Elsewhere = new("The details are in the report of the run; they are too long for this place.");

    /// <summary>Ever shorter forms for places that hold only so much: whole, without what is folded away, the verdict alone.</summary>
    public IEnumerable<Report> Shortened() =>
    [
        this,
        this with { Blocks = [.. Blocks.Where(block => block is not Fold), Elsewhere] },
        this with { Blocks = [Elsewhere] },
    ];
}
