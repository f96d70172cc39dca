"""The audit of the desk (TO-6)."""

from django.db import models

from tramita.models.people import Person


class AuditLine(models.Model):
    """Somebody did something that is no change of one item. It is kept for good."""

    area = models.CharField(max_length=20)
    what = models.CharField(max_length=20)
    about = models.CharField(max_length=300, default="")  # what it was done to, as it was called then
    why = models.TextField(default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "audit"
        indexes = [models.Index(fields=["area", "id"], name="audit_by_area")]

    def __str__(self) -> str:
        return f"{self.area} {self.what} {self.about}"
