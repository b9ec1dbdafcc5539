namespace RobustnessGate.Drawing;

/// <summary>
/// One style sheet for every picture: classes only, the same in each, so that several pictures can stand in one page.
/// Light is the default; dark mode is asked for by the reader's own setting. No custom properties: not every program that
/// shows SVG knows them.
/// </summary>
internal static class Style
{
    /// <summary>Style element and the hatching, as they stand at the head of a picture.</summary>
    public static readonly string Sheet =
        "<style>\n" + Light + Palette.Light + "\n@media (prefers-color-scheme:dark){\n" + Dark + Palette.Dark + "\n}\n</style>\n"
        + "<defs><pattern id=\"rg-hatch\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 0v7\" class=\"stripe\"/></pattern>"
        + "<pattern id=\"rg-void\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\"><rect width=\"5\" height=\"5\" class=\"void\"/><circle cx=\"2.5\" cy=\"2.5\" r=\".8\" class=\"dot\"/></pattern></defs>\n";

    private const string Light = """
        .rg text{font-family:"Segoe UI",Roboto,"Helvetica Neue",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#1f2328}
        .rg .page{fill:#fff}
        .rg .bold{font-weight:bold}
        .rg .soft{fill:#59636e}
        .rg .halo{stroke:#fff;stroke-width:3.5;stroke-linejoin:round;paint-order:stroke}
        .rg .frame{fill:none;stroke:#59636e}
        .rg .grid{fill:none;stroke:#d1d9e0}
        .rg .iso{stroke:#000;stroke-opacity:.3;stroke-width:.6;fill-rule:evenodd}
        .rg .line{fill:none;stroke:#1f2328;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
        .rg .edge{fill:none;stroke:#111;stroke-width:2.6;stroke-linejoin:round}
        .rg .case{fill:none;stroke:#fff;stroke-width:5;stroke-linejoin:round;stroke-linecap:round}
        .rg .dash{stroke-dasharray:6 4}
        .rg .ink{fill:#1f2328;stroke:#fff;stroke-width:1;paint-order:stroke}
        .rg .spot{fill:#fff;stroke:#111;stroke-width:1.6}
        .rg .way{fill:none;stroke:#a3006d;stroke-width:2.8;stroke-linejoin:round;stroke-linecap:round;stroke-dasharray:.1 4.6}
        .rg .step{fill:#a3006d;stroke:#fff;stroke-width:1}
        .rg .hatched{fill:url(#rg-hatch);fill-rule:evenodd}
        .rg .stripe{fill:none;stroke:#5a1e00;stroke-opacity:.5;stroke-width:1.1}
        .rg .unknown{fill:url(#rg-void)}
        .rg .void{fill:#d5d8dc}
        .rg .dot{fill:#59636e}
        .rg .facet{stroke:#000;stroke-opacity:.35;stroke-width:.5;stroke-linejoin:round}
        .rg .one{fill:#0a58a8}.rg .two{fill:#d95f02}
        .rg .oneline{fill:none;stroke:#0a58a8;stroke-width:2.2;stroke-linejoin:round}
        .rg .twoline{fill:none;stroke:#d95f02;stroke-width:2.2;stroke-linejoin:round}
        .rg .veil{fill-opacity:.18}
        .rg .bar{fill-opacity:.62}
        .rg .hollow{fill-opacity:0;stroke-width:1.6}.rg .one.hollow{stroke:#0a58a8}.rg .two.hollow{stroke:#d95f02}
        .rg .pixels{image-rendering:pixelated}

        """;

    private const string Dark = """
        .rg text{fill:#e6edf3}
        .rg .page{fill:#0d1117}
        .rg .soft{fill:#a3adb8}
        .rg .halo{stroke:#0d1117}
        .rg .frame{stroke:#a3adb8}
        .rg .grid{stroke:#30363d}
        .rg .iso{stroke:#fff;stroke-opacity:.3}
        .rg .line{stroke:#e6edf3}
        .rg .edge{stroke:#fff}
        .rg .case{stroke:#0d1117}
        .rg .ink{fill:#e6edf3;stroke:#0d1117}
        .rg .spot{fill:#0d1117;stroke:#fff}
        .rg .way{stroke:#ff8fd0}
        .rg .step{fill:#ff8fd0;stroke:#0d1117}
        .rg .stripe{stroke:#ffe0c2;stroke-opacity:.45}
        .rg .void{fill:#3a4149}
        .rg .dot{fill:#a3adb8}
        .rg .facet{stroke:#fff;stroke-opacity:.3}
        .rg .one{fill:#6cb6ff}.rg .two{fill:#ff9b50}
        .rg .oneline{stroke:#6cb6ff}
        .rg .twoline{stroke:#ff9b50}
        .rg .one.hollow{stroke:#6cb6ff}.rg .two.hollow{stroke:#ff9b50}

        """;
}
