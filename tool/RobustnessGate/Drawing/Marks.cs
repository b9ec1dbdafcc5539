namespace RobustnessGate.Drawing;

/// <summary>Signs that differ by their shape, for those who cannot go by colours.</summary>
internal static class Marks
{
    /// <summary>Corners on a circle and the direction of the first, in degrees; stars go in and out.</summary>
    private static readonly (int Corners, double First, bool Star)[] Shapes =
        [(3, -90, false), (4, 45, false), (4, 0, false), (3, 90, false), (5, -90, true), (6, 0, false), (4, -90, true), (3, 0, false), (3, 180, false), (8, 0, true)];

    /// <summary>The outline of the sign with a number; after the last comes the first again.</summary>
    public static string Shape(int number, Spot centre)
    {
        const double radius = 5;
        var (corners, first, star) = Shapes[number % Shapes.Length];
        var points = star ? 2 * corners : corners;
        return new PathText().Polygon([.. Enumerable.Range(0, points).Select(i =>
        {
            var angle = (first + (i * 360.0 / points)) * Math.PI / 180;
            var reach = radius * (star && i % 2 == 1 ? 0.42 : 1);
            return new Spot(centre.X + (reach * Math.Cos(angle)), centre.Y + (reach * Math.Sin(angle)));
        })]).ToString();
    }
}
