"""The numbers in addresses of pages."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowConverter(IntConverter):
    """`<row:number>`: what a database can hold as the number of a row; a longer one is an address that is not there."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")
