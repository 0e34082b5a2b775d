using Holdfast.Commands.Products;
using Holdfast.Commands.Tables;
using Holdfast.Tests.Commands.Tables;

namespace Holdfast.Tests.Catalog;

/// <summary>Cells in which a formula has failed.</summary>
public abstract partial class ImportFilesTests
{
    [Fact]
    public async Task A_cell_with_an_error_of_a_spreadsheet_is_refused_and_named()
    {
        var slug = await NewStoreAsync("VND");
        SheetFile.Write(Path.Combine(_folder, "e.xlsx"),
            ("Other", [["store"], ["#NUM!"]]),
            ("S", [["store", "product", "sku", "price", "quantity", "category", "weight"], [slug, "#REF!", "a", 1, 1, null, null],
                [slug, "B", "#NAME?", 1, 1, null, null], [slug, "C", "c", "#DIV/0!", 1, null, null],
                    [slug, "D", "d", 1, "#VALUE!", null, null],
                [slug, "E", "e", 1, 1, "#N/A", null], [slug, "F", "f", 1, null, null, "#N/A"]]));
        var (code, output) = await ImportAsync("e.xlsx", null,
            new ImportOptions(IgnoreUnknown: true) { Table = new TableOptions(Sheet: "S") });
        Assert.Equal((1, """
            e.xlsx line 2, column product: '#REF!' is an error of the spreadsheet
            e.xlsx line 3, column sku: '#NAME?' is an error of the spreadsheet
            e.xlsx line 4, column price: '#DIV/0!' is an error of the spreadsheet
            e.xlsx line 5, column quantity: '#VALUE!' is an error of the spreadsheet
            e.xlsx line 6, column category: '#N/A' is an error of the spreadsheet
            e.xlsx: 1 variants created (1 new products), 0 changed, 0 as they were; 0 receipts of stock; 5 rows refused.

            """), (code, output));

        // A CSV file has the words of the spreadsheet that wrote it.
        (code, output) = await ImportAsync("e.csv",
            $"store,product,sku,price,quantity,name\n{slug},G,g,1,#NV,\n{slug},H,h,Err:502,1,\n"
            + $"{slug},I,i,1,1,#BEZUG!\n{slug},#1!,j,1,1,#sale!\n");
        Assert.Equal((1, """
            e.csv line 2, column quantity: '#NV' is an error of the spreadsheet
            e.csv line 3, column price: 'Err:502' is an error of the spreadsheet
            e.csv line 4, column name: '#BEZUG!' is an error of the spreadsheet
            e.csv: 1 variants created (1 new products), 0 changed, 0 as they were; 1 receipts of stock; 3 rows refused.

            """), (code, output));
    }
}
