"""The screens of 市民情報課 and the wards."""
