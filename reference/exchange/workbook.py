"""Makes packages/bank/src/exchange/fixtures/openpyxl.xlsx: our workbook of one question as another program saves it.

    npx viva bank export --format xlsx --question lora --out lora.xlsx
    pip install openpyxl
    python reference/exchange/workbook.py lora.xlsx packages/bank/src/exchange/fixtures/openpyxl.xlsx

openpyxl writes shared strings, leaves empty cells out and stores numbers as numbers.
"""

import sys

from openpyxl import load_workbook

source, target = sys.argv[1:]
book = load_workbook(source)
sheet = book["questions"]
columns = {cell.value: cell.column for cell in sheet[1]}
sheet.cell(2, columns["title (en)"]).value = "Edited in a workbook"
sheet.cell(2, columns["difficulty"]).value = 5
book.create_sheet("notes")["A1"] = "of no concern to the import"
book.save(target)
