with places as (
    select * from {{ ref('stg_column_places') }}
),

final as (
    select
        submission_id,
        source_sheet,
        field,
        column_letter,
        first_row,
        last_row
    from places
)

select * from final
