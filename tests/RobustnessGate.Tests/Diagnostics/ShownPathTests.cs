using RobustnessGate.Diagnostics;

namespace RobustnessGate.Tests.Diagnostics;

public class ShownPathTests
{
    [Fact]
    public void A_backslash_is_shown_as_it_was_written_and_explained_where_a_slash_would_do()
    {
        var folder = Directory.CreateTempSubdirectory("rg-path-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "sub"));
            File.WriteAllText(Path.Combine(folder, "sub", "model.onnx"), "x");
            var written = Path.Combine(folder, "sub\\model.onnx");
            if (Path.DirectorySeparatorChar == '\\')
            {
                Assert.Empty(ShownPath.Advice(written));
                return;
            }

            Assert.Contains("sub\\model.onnx", ShownPath.Of(written), StringComparison.Ordinal);
            Assert.Contains("sub/model.onnx", ShownPath.Advice(written), StringComparison.Ordinal);
            Assert.Empty(ShownPath.Advice(Path.Combine(folder, "sub\\other.onnx")));
            Assert.Empty(ShownPath.Advice(Path.Combine(folder, "sub/other.onnx")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
